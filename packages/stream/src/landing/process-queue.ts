import { join } from 'node:path';
import {
  acquireLock,
  type LandingStyle,
  LockTimeoutError,
  openCommitQueue,
  type ProcessOptions,
  type QueueEntry,
  QueueStoppedError,
} from '@sage/commit-queue';
import type { Repository } from '@sage/git';
import { openWorkers, resolveAgent, type WorkersOptions } from '@sage/workers';
import { queueVerification, type VerifySettings } from '../verification/verify.ts';

export interface QueueProcessing extends ProcessOptions {
  readonly repository: Repository;
  readonly style?: LandingStyle;
  /** Without it, nothing is verified. */
  readonly verify?: VerifySettings;
  /** Options for the worktrees of the verify command. */
  readonly workers: Omit<WorkersOptions, 'repository' | 'agent'>;
}

/**
 * Lands queued entries outside a run. Returns the entries whose state has changed.
 * @throws {QueueStoppedError} `LOCK_TIMEOUT` while a run is landing its work.
 */
export async function processQueue(options: QueueProcessing): Promise<QueueEntry[]> {
  const { repository, style, verify, target, signal } = options;
  // A run uses the same worktrees.
  await using _lock = await lockOutRuns(repository);
  const agent = resolveAgent({ command: 'false' });
  const workers = verify && (await openWorkers({ ...options.workers, repository, agent }));
  try {
    const queue = await openCommitQueue({
      repository,
      ...(style && { style }),
      ...(workers && queueVerification(verify, { workers, run: `queue-${process.pid}` })),
    });
    const changed: QueueEntry[] = [];
    for await (const { managedFiles: _, ...entry } of queue.process({ target, signal })) changed.push(entry);
    return changed;
  } finally {
    await workers?.close();
  }
}

async function lockOutRuns(repository: Repository) {
  try {
    return await acquireLock(join(repository.commonDir, 'sage'), {
      timeout: 0,
      purpose: 'sage queue process',
    });
  } catch (cause) {
    if (!(cause instanceof LockTimeoutError)) throw cause;
    throw new QueueStoppedError('LOCK_TIMEOUT', cause.message, { owner: cause.owner, cause });
  }
}
