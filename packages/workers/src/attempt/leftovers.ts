import { copyFile, lstat, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { UsedWorktree } from '../worktree/worktrees.ts';
import type { AttemptFiles } from './attempt-files.ts';

/** What is copied of ignored files: text that somebody wrote, not an installation. */
const MAX_FILES = 100;
const MAX_BYTES = 10_000_000;

/**
 * Names the ignored files that an agent wrote. They are no part of its work; as long as they are few, copies are kept beside
 * its output.
 */
export async function keepIgnored(worktree: UsedWorktree, files: AttemptFiles): Promise<readonly string[]> {
  const names = await worktree.ignored();
  if (names.length === 0 || names.length > MAX_FILES) return names;
  const sizes = await Promise.all(names.map(async (name) => (await lstat(join(worktree.path, name))).size));
  if (sizes.reduce((sum, size) => sum + size, 0) > MAX_BYTES) return names;
  for (const name of names) {
    const to = join(files.directory, 'ignored', name);
    await mkdir(dirname(to), { recursive: true });
    await copyFile(join(worktree.path, name), to).catch(() => {});
  }
  return names;
}
