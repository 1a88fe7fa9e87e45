import { join } from 'node:path';
import type { Repository } from '@sage/git';
import { LockTimeoutError, QueueStoppedError } from '../errors.ts';
import { acquireLock, type Lock } from './lock.ts';

/** In the common git directory. */
export const QUEUE_LOCK = 'sage-queue';

export interface QueueLockOptions {
  /** Milliseconds. */
  readonly timeout: number;
  /** Shown to those who wait for the lock. */
  readonly purpose: string;
  readonly signal: AbortSignal | undefined;
}

/**
 * Works alone on the landings of a repository. One lock a repository, also where its worktrees have a queue each:
 * refs and checkouts are shared.
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
