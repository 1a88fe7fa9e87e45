import { GitError, updateRefs, type Repository } from '@sage/git';
import { moveCheckouts, planCheckouts } from './checkouts.ts';
import type { Intent } from './entry.ts';
import { QueueStoppedError } from './errors.ts';
import type { Lock } from './lock.ts';
import type { ManagedFile } from './managed-files.ts';

export interface TargetMove {
  target: string;
  old: string;
  new: string;
  files: readonly ManagedFile[];
  /** Makes the intent durable. */
  record: (intent: Intent) => Promise<void>;
}

/**
 * Moves the target from `old` to `new`, and its checkouts along. The order is what makes a kill harmless:
 * 1. dry run: a checkout that cannot follow stops the queue while nothing has moved;
 * 2. the intent, durable: from here a recovery knows which checkouts have to follow, and how;
 * 3. compare-and-swap of the ref, the one commit point. Killed before it, nothing has happened; after it, the
 *    landing is there and only the checkouts are behind (it shows there as a staged revert until recovery);
 * 4. the checkouts.
 * Throws `RefMovedError` when somebody else moved the target first.
 */
export async function moveTarget(repository: Repository, lock: Lock, move: TargetMove): Promise<void> {
  const checkouts = await planCheckouts(repository, move.target, move.old, move.new, move.files);
  const intent: Intent = { old: move.old, new: move.new, checkouts };
  await lock.assertHeld();
  await move.record(intent);
  try {
    await updateRefs(repository, [{ ref: move.target, old: move.old, new: move.new }]);
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    const message = `${move.target} cannot be written: ${error.message}`;
    throw new QueueStoppedError('OPERATION_IN_PROGRESS', message, { cause: error });
  }
  await moveCheckouts(repository, intent);
}
