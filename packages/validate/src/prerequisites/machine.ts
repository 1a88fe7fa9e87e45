import { lstat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from '../finding.ts';
import { runGit } from '../git.ts';

/** Files take whole blocks on most file systems. */
const BLOCK = 4096;

export function checkCores(cores: number): Finding {
  const id = 'parallel.cores';
  if (cores > 1) return { id, status: 'pass', message: `${cores} cores`, tickets: [] };
  return {
    id,
    status: 'warn',
    message: 'one core: parallel agents would share it; a run goes on with one worker',
    tickets: [],
  };
}

/** Room for as many worktrees as there will be workers. */
export async function checkDisk(root: string, workers: number): Promise<Finding> {
  const id = 'parallel.disk';
  const size = await trackedSize(root);
  if (size === undefined) {
    return {
      id,
      status: 'warn',
      message: 'the room that worktrees need is unknown without a git repository: make one',
      tickets: [],
    };
  }
  const { bavail, bsize } = await statfs(root);
  return judgeDisk(workers, size, bavail * bsize);
}

/** Bytes per worktree, bytes free. */
export function judgeDisk(workers: number, size: number, free: number): Finding {
  const id = 'parallel.disk';
  const room = Math.floor(free / Math.max(size, 1));
  const each = `worktrees of ${megabytes(size)}, ${megabytes(free)} are free`;
  if (room >= workers) return { id, status: 'pass', message: `room for ${workers} ${each}`, tickets: [] };
  const message = `room for only ${room} of ${workers} ${each}: free some, or use fewer workers`;
  return { id, status: room === 0 ? 'fail' : 'warn', message, tickets: [] };
}

/** What a further worktree takes, from the files of this one: git's own sizes are those before filters. */
async function trackedSize(root: string): Promise<number | undefined> {
  const listed = await runGit(root, ['ls-files', '-z']);
  if (listed?.code !== 0) return undefined;
  let size = 0;
  for (const name of new Set(listed.stdout.split('\0'))) {
    const found = name === '' ? undefined : await lstat(join(root, name)).catch(() => undefined);
    if (found?.isFile()) size += Math.ceil(found.size / BLOCK) * BLOCK;
  }
  return size;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}
