import { GitError, type RefUpdate, updateRefs, type Repository } from '@sage/git';
import { moveCheckouts, planCheckouts } from './checkouts.ts';
import type { Intent } from './entry.ts';
import { QueueStoppedError } from './errors.ts';
import type { Lock } from './lock.ts';
import type { ManagedFile } from './managed-files.ts';
import type { OnStep } from './steps.ts';

export interface TargetMove {
  target: string;
  old: string;
  new: string;
  files: readonly ManagedFile[];
  /** Makes the intent durable. */
  record: (intent: Intent) => Promise<void>;
  /** The transaction; a git of its own when missing. */
  move?: (updates: RefUpdate[]) => Promise<void>;
  onStep: OnStep | undefined;
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
  move.onStep?.('planned');
  await move.record(intent);
  move.onStep?.('intent-written');
  const updates = [{ ref: move.target, old: move.old, new: move.new }];
  try {
    await (move.move ? move.move(updates) : updateRefs(repository, updates));
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    const message = `${move.target} cannot be written: ${error.message}`;
    throw new QueueStoppedError('OPERATION_IN_PROGRESS', message, { cause: error });
  }
  move.onStep?.('target-moved');
  await moveCheckouts(repository, intent);
  move.onStep?.('checkouts-moved');
}
