import { createHash } from 'node:crypto';
import { rmdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { isErrno } from '../errors.ts';

/**
 * Where the worktrees of a checkout are: below the user's cache folder, or below `setting`. Not in the checkout: tools
 * that look upwards from a worktree would find its files, and tools that look downwards from it the agents'.
 */
export function worktreeDirectory(
  root: string,
  setting: string | undefined,
  variables: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const home = variables['HOME'] ?? homedir();
  const hash = createHash('sha256').update(root).digest('hex').slice(0, 10);
  const name = `${basename(root)
    .replaceAll(/[^\w.-]+/g, '-')
    .slice(0, 40)}-${hash}`;
  if (setting !== undefined) return join(resolve(root, setting.replace(/^~(?=\/|$)/, home)), name);
  const named = variables['XDG_CACHE_HOME'];
  const cache =
    named !== undefined && isAbsolute(named)
      ? named
      : join(home, platform === 'darwin' ? 'Library/Caches' : '.cache');
  return join(cache, HOME, name);
}

/** Below the cache folder, for the worktrees of all checkouts. */
const HOME = 'sage';

/** Removes such a directory where nothing is in it, and the folder of all of them where it was the last. */
export async function removeWorktreeDirectory(directory: string): Promise<void> {
  try {
    await rmdir(directory).catch((error: unknown) => {
      if (!isErrno(error, 'ENOENT')) throw error;
    });
    if (basename(dirname(directory)) === HOME) await rmdir(dirname(directory));
  } catch {
    // Something is in it.
  }
}
