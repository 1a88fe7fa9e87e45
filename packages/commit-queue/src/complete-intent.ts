import { isAncestor, readRef, removeTornObjects, resolveCommit, type Repository } from '@sage/git';
import { finishCheckouts } from './checkouts.ts';
import type { Intent, QueueEntry } from './entry.ts';
import { landingOf } from './land.ts';
import { removeLeftLocks } from './left-locks.ts';

/** Objects that are older (ms) were there before the intent. */
const TORN_WINDOW = 7 * 86_400_000;

/**
 * Completes a move of the target that a killed process has left. Returns the commit that landed; undefined when
 * nothing did, and the intent can be forgotten.
 */
export async function completeIntent(
  repository: Repository,
  target: string,
  intent: Intent,
  entry?: QueueEntry,
): Promise<string | undefined> {
  await removeLeftLocks(repository, target, intent.new);
  const tip = await readRef(repository, target);
  // Where the target is gone nobody can say; the entry stays queued and processing it says TARGET_GONE.
  if (tip === undefined) return undefined;
  const known = (await resolveCommit(repository, intent.new)) !== undefined;
  if (known && (await isAncestor(repository, intent.new, tip))) {
    await finishCheckouts(repository, target, intent, tip);
    return intent.new;
  }
  const landed = entry && (await landingOf(repository, entry, intent.old, tip));
  // A power cut may have left objects of it empty; git would take them for written when it merges again.
  if (landed === undefined) await removeTornObjects(repository, Date.now() - TORN_WINDOW);
  return landed;
}
