import { type Repository, worktreeDirectory, worktreeRoom } from '@sage/git';
import { determineWorkerCount, openFilesLimit, usableCores, workersWithin } from '@sage/scheduler';
import { CannotStartError } from '../errors.ts';

export interface Workforce {
  readonly workers: number;
  /** Why fewer workers run than were requested. */
  readonly notice?: string;
}

/**
 * How many workers a run gets: as many as requested, but at most one for each ticket, and only one if requirements of
 * a parallel run are not met.
 * @throws {WorkerCountError}
 */
export async function chooseWorkforce(
  repository: Repository,
  {
    requested,
    available,
    tip,
    directory = worktreeDirectory(repository.root, undefined),
    elsewhere = 0,
  }: {
    requested: number | string | undefined;
    available: number;
    tip: string;
    /** The directory for worktrees. */
    directory?: string;
    /** How many attempts other machines have room for. */
    elsewhere?: number;
  },
  cores = usableCores(),
  openFiles = openFilesLimit(),
): Promise<Workforce> {
  if (elsewhere > 0) {
    const asked = requested === 'auto' ? elsewhere : requested;
    return { workers: determineWorkerCount(asked ?? 1, Math.max(1, available), { cores: Infinity }) };
  }
  const wanted = determineWorkerCount(requested ?? 1, Math.max(1, available), { cores });
  if (wanted === 1) return { workers: 1 };
  const most = workersWithin(openFiles);
  if (most < wanted) {
    const workers = Math.max(1, most);
    return {
      workers,
      notice: `${openFiles} files may be open (ulimit -n): using ${workers} of ${wanted} workers`,
    };
  }
  if (cores < 2) return { workers: 1, notice: 'this machine has one core: using one worker' };
  const { size, room } = await worktreeRoom(repository, tip, directory);
  if (room < 2) {
    return {
      workers: 1,
      notice: `no room for a second worktree (${megabytes(size)} each): using one worker`,
    };
  }
  if (room < wanted)
    return {
      workers: room,
      notice: `room for ${room} worktrees of ${megabytes(size)}: using ${room} workers`,
    };
  return { workers: wanted };
}

/**
 * A shell that is very short of open files keeps git from starting, now and then.
 * @throws {CannotStartError} `TOO_FEW_FILES`
 */
export function assertOpenFiles(openFiles = openFilesLimit()): void {
  if (workersWithin(openFiles) > 0) return;
  throw new CannotStartError(
    'TOO_FEW_FILES',
    `only ${openFiles} files may be open, too few for a run: allow more, such as ulimit -n 1024`,
  );
}

/**
 * An agent works in a worktree: without room for one, none can start.
 * @param directory where worktrees are made
 * @throws {CannotStartError} `NO_ROOM`
 */
export async function assertRoom(repository: Repository, tip: string, directory: string): Promise<void> {
  const { size, free, room } = await worktreeRoom(repository, tip, directory);
  if (room > 0) return;
  throw new CannotStartError(
    'NO_ROOM',
    `no room for a worktree of ${megabytes(size)} in ${directory}: ${megabytes(free)} are free; free some disk space, or set worktrees.directory`,
  );
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}
