import { git } from '../process/run.ts';
import type { Repository } from '../repository.ts';

/** Files take whole blocks on most file systems. */
const BLOCK_BYTES = 4_096;

/** Bytes on disk that the files of a commit take. `where`: a repository, or a directory in one. */
export async function worktreeSize(where: Repository | string, commit: string): Promise<number> {
  const listing = await git(where, ['ls-tree', '-r', '-l', '-z', '--full-tree', commit]);
  let size = 0;
  for (const line of listing.split('\0')) {
    const bytes = Number(/^\S+ blob \S+ +(\d+)\t/.exec(line)?.[1] ?? 0);
    size += Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
  }
  return size;
}
