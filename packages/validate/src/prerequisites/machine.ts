import { GitError, RepositoryError, type WorktreeRoom, worktreeRoom } from '@sage/git';
import { openFilesLimit, workersWithin } from '@sage/scheduler';
import type { Finding } from '../finding.ts';

export function checkCores(cores: number): Finding {
  const id = 'parallel.cores';
  if (cores > 1) return { id, status: 'pass', message: `${cores} cores`, tickets: [] };
  return {
    id,
    status: 'warn',
    message: 'one core: parallel agents would share it; a run uses one worker',
    tickets: [],
  };
}

/** Nothing where as many files may be open as a run with so many workers needs. */
export function checkOpenFiles(workers: number, openFiles = openFilesLimit()): Finding[] {
  const most = workersWithin(openFiles);
  if (most >= workers) return [];
  const message = `${openFiles} files may be open, enough for ${most} of ${workers} workers: allow more, such as ulimit -n 1024`;
  return [{ id: 'parallel.files', status: most === 0 ? 'fail' : 'warn', message, tickets: [] }];
}

/** Room for as many worktrees as there will be workers, in the folder where they are made. */
export async function checkDisk(root: string, directory: string, workers: number): Promise<Finding> {
  const id = 'parallel.disk';
  const room = await worktreeRoom(root, 'HEAD', directory).catch((error: unknown) => {
    if (error instanceof GitError || error instanceof RepositoryError) return undefined;
    throw error;
  });
  if (room === undefined) {
    return {
      id,
      status: 'warn',
      message: 'the room that worktrees need is unknown without a git repository: make one',
      tickets: [],
    };
  }
  return judgeDisk(workers, room);
}

export function judgeDisk(workers: number, { size, free, room }: WorktreeRoom): Finding {
  const id = 'parallel.disk';
  const each = `worktrees of ${megabytes(size)}, ${megabytes(free)} are free`;
  if (room >= workers) return { id, status: 'pass', message: `room for ${workers} ${each}`, tickets: [] };
  const message = `room for only ${room} of ${workers} ${each}: free some, or use fewer workers`;
  return { id, status: room === 0 ? 'fail' : 'warn', message, tickets: [] };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}
