import { join } from 'node:path';
import type { Repository } from '@sage/git';
import { LockTimeoutError, QueueStoppedError } from '../errors.ts';
import { acquireLock, type Lock } from './lock.ts';

/** In the common git directory. */
export const QUEUE_LOCK = 'sage-queue';

export interface QueueLockOptions {
  /** Milliseconds. */
  readonly timeout: number;
  /** Shown to programs and people who wait for the lock. */
  readonly purpose: string;
  readonly signal: AbortSignal | undefined;
}

/**
 * Holds the lock on a repository's landings while it runs. There is one lock for a repository, even if its worktrees
 * have separate queues, because refs and checkouts are shared.
 * @throws {QueueStoppedError} `LOCK_TIMEOUT`.
 */
export async function withQueueLock<T>(
  repository: Repository,
  { timeout, purpose, signal }: QueueLockOptions,
  work: (lock: Lock) => Promise<T>,
): Promise<T> {
  const lock = await takeLock(join(repository.commonDir, QUEUE_LOCK), { timeout, purpose, signal });
  try {
    return await work(lock);
  } finally {
    await lock.release();
  }
}

async function takeLock(directory: string, { timeout, purpose, signal }: QueueLockOptions): Promise<Lock> {
  try {
    return await acquireLock(directory, { timeout, purpose, ...(signal && { signal }) });
  } catch (error) {
    if (!(error instanceof LockTimeoutError)) throw error;
    const { owner, file } = error;
    throw new QueueStoppedError('LOCK_TIMEOUT', error.message, { owner, paths: [file], cause: error });
  }
}
