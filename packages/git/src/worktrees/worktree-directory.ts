import { createHash } from 'node:crypto';
import { rmdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { isErrno } from '../errors.ts';

/**
 * The folder for the worktrees of a checkout: below the user's cache folder, or below `setting`. It is not in the
 * checkout, because tools that search upwards from a worktree would find the checkout's files, and tools that search
 * the checkout would find the agents' files.
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

/** The folder below the cache folder for the worktrees of all checkouts. */
const HOME = 'sage';

/** Removes this directory if it is empty, and the folder around it if that is then empty too. */
export async function removeWorktreeDirectory(directory: string): Promise<void> {
  try {
    await rmdir(directory).catch((error: unknown) => {
      if (!isErrno(error, 'ENOENT')) throw error;
    });
    if (basename(dirname(directory)) === HOME) await rmdir(dirname(directory));
  } catch {
    // Not empty.
  }
}
