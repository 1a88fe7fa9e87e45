import { statfs } from 'node:fs/promises';
import { git, type Repository } from '@sage/git';
import { determineWorkerCount, usableCores } from '@sage/scheduler';

export interface Workforce {
  readonly workers: number;
  /** Why fewer workers run than were asked for. */
  readonly notice?: string;
}

/**
 * How many workers a run gets: what was asked for, at most the tickets there are, and one where something that
 * parallel running needs is missing.
 * @throws WorkerCountError
 */
export async function chooseWorkforce(
  repository: Repository,
  { requested, available, tip }: { requested: number | string | undefined; available: number; tip: string },
  cores = usableCores(),
): Promise<Workforce> {
  const wanted = determineWorkerCount(requested ?? 1, Math.max(1, available), { cores });
  if (wanted === 1) return { workers: 1 };
  if (cores < 2) return { workers: 1, notice: 'this machine has one core: going on with one worker' };
  const size = await worktreeSize(repository, tip);
  const { bavail, bsize } = await statfs(repository.root);
  if (bavail * bsize < size * 2) {
    return {
      workers: 1,
      notice: `no room for a second worktree (${megabytes(size)} each): going on with one worker`,
    };
  }
  const room = Math.floor((bavail * bsize) / Math.max(1, size));
  if (room < wanted)
    return {
      workers: room,
      notice: `room for ${room} worktrees of ${megabytes(size)}: going on with ${room} workers`,
    };
  return { workers: wanted };
}

/** Bytes that a worktree of a commit takes, from its blobs' sizes. */
async function worktreeSize(repository: Repository, commit: string): Promise<number> {
  const listing = await git(repository, ['ls-tree', '-r', '-l', '-z', commit]);
  let size = 0;
  for (const line of listing.split('\0')) size += Number(/^\S+ \S+ \S+ +(\d+)\t/.exec(line)?.[1] ?? 0);
  return size;
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}
