import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { git } from '../process/run.ts';
import type { Repository } from '../repository.ts';

/** On most file systems, files take whole blocks. */
const BLOCK_BYTES = 4_096;

export interface WorktreeRoom {
  /** Bytes that a worktree's files take on disk. */
  readonly size: number;
  /** Free bytes on the file system. */
  readonly free: number;
  /** How many worktrees fit. */
  readonly room: number;
}

/**
 * The room for worktrees of a commit in a folder, which may not exist yet.
 * @param where a repository, or a directory in one
 */
export async function worktreeRoom(
  where: Repository | string,
  commit: string,
  directory: string,
): Promise<WorktreeRoom> {
  const [size, free] = await Promise.all([filesSize(where, commit), freeBytes(directory)]);
  return { size, free, room: Math.floor(free / Math.max(1, size)) };
}

/** Of the commit that was asked about last. */
const sizes = new WeakMap<Repository, { readonly commit: string; readonly size: Promise<number> }>();

function filesSize(where: Repository | string, commit: string): Promise<number> {
  if (typeof where === 'string') return measure(where, commit);
  const known = sizes.get(where);
  if (known?.commit === commit) return known.size;
  const size = measure(where, commit);
  sizes.set(where, { commit, size });
  return size;
}

async function measure(where: Repository | string, commit: string): Promise<number> {
  const listing = await git(where, ['ls-tree', '-r', '-l', '-z', '--full-tree', commit]);
  let size = 0;
  for (const line of listing.split('\0')) {
    const bytes = Number(/^\S+ blob \S+ +(\d+)\t/.exec(line)?.[1] ?? 0);
    size += Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
  }
  return size;
}

/** A file system that does not tell its size, such as some in user space, counts as one with room. */
export async function freeBytes(directory: string): Promise<number> {
  for (let at = directory; ; at = dirname(at)) {
    try {
      const { blocks, bavail, bsize } = await statfs(at);
      return blocks === 0 ? Number.MAX_SAFE_INTEGER : bavail * bsize;
    } catch (error) {
      if (at === dirname(at)) throw error;
    }
  }
}
