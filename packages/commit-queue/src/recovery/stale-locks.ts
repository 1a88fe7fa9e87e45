import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileVersion, type Repository } from '@sage/git';

const STALE_LOCK_WAIT_MS = 3000;

/**
 * Removes lock files left by a git process that was killed while it moved `target` to `landing`. Called only if an
 * unfinished intent says that this may have happened. A lock file that contains `landing` is certainly Sage's,
 * because no other git knows that id. The locks of HEAD and packed-refs are empty, so they are removed if they have
 * not changed for three seconds; a living git holds them for milliseconds. All others belong to someone else.
 */
export async function removeStaleLocks(
  repository: Repository,
  target: string,
  landing: string,
): Promise<void> {
  const { commonDir } = repository;
  const worktrees = await readdir(join(commonDir, 'worktrees')).catch(() => []);
  const files = [
    `${target}.lock`,
    'packed-refs.lock',
    'HEAD.lock',
    ...worktrees.map((name) => `worktrees/${name}/HEAD.lock`),
  ].map((name) => join(commonDir, name));
  const empty = new Map<string, string | undefined>();
  for (const file of files) {
    const content = await readFile(file, 'utf8').catch(() => undefined);
    if (content?.trim() === landing) await rm(file, { force: true });
    else if (content === '') empty.set(file, fileVersion(file));
  }
  if (empty.size === 0) return;
  await delay(STALE_LOCK_WAIT_MS);
  for (const [file, before] of empty) if (fileVersion(file) === before) await rm(file, { force: true });
}
