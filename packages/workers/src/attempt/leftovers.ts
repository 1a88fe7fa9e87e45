import { copyFile, lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolderWithin, shareAsAround } from '@sage/git';
import type { UsedWorktree } from '../worktree/used-worktree.ts';
import type { AttemptFiles } from './attempt-files.ts';

/** Limits for copying ignored files: enough for handwritten text, too small for an installation. */
const MAX_FILES = 100;
const MAX_BYTES = 10_000_000;

/**
 * Names the ignored files that an agent wrote. They are not part of its work. If there are only a few, copies are
 * kept next to its output.
 */
export async function keepIgnored(worktree: UsedWorktree, files: AttemptFiles): Promise<readonly string[]> {
  const names = await worktree.ignored();
  if (names.length === 0 || names.length > MAX_FILES) return names;
  const found = await Promise.all(
    names.map(async (name) => ({ name, status: await lstat(join(worktree.path, name)) })),
  );
  if (found.reduce((sum, { status }) => sum + status.size, 0) > MAX_BYTES) return names;
  // Links are skipped, because they may lead to something that the agent itself cannot read.
  for (const { name } of found.filter(({ status }) => status.isFile())) {
    const to = join(files.directory, 'ignored', name);
    await makeFolderWithin(dirname(to));
    await copyFile(join(worktree.path, name), to).then(
      () => shareAsAround(to),
      () => {},
    );
  }
  return names;
}
