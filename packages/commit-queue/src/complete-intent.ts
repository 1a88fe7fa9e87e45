import { isAncestor, readRef, removeTornObjects, resolveCommit, type Repository } from '@sage/git';
import { finishCheckouts } from './checkouts.ts';
import type { Intent } from './intent.ts';
import { removeLeftLocks } from './left-locks.ts';

/** Objects that are older (ms) were there before the intent. */
const TORN_WINDOW = 7 * 86_400_000;

/**
 * Completes a move of the target that a killed process has left, and says whether it has been made. Where it has
 * not, nothing has happened, and the intent can be forgotten.
 */
export async function completeIntent(repository: Repository, intent: Intent): Promise<boolean> {
  const { target, new: next } = intent;
  await removeLeftLocks(repository, target, next);
  const tip = await readRef(repository, target);
  // Where the target is gone nobody can say; its entries stay queued, and processing them says TARGET_GONE.
  if (tip === undefined) return false;
  const known = (await resolveCommit(repository, next)) !== undefined;
  if (known && (await isAncestor(repository, next, tip))) {
    await finishCheckouts(repository, target, intent, tip);
    return true;
  }
  // A power cut may have left objects of it empty; git would take them for written when it merges again.
  await removeTornObjects(repository, Date.now() - TORN_WINDOW);
  return false;
}
