import { GitError } from '@sage/git';
import { type CheckoutContext, moveCheckouts, planCheckouts } from './checkouts.ts';
import { QueueStoppedError } from '../errors.ts';
import { type Intent, removeIntent, writeIntent } from './intent.ts';
import type { Lock } from '../lock/lock.ts';
import type { ManagedFile } from './managed-files.ts';
import type { OnStep } from '../crash-points.ts';

export interface MoveContext extends CheckoutContext {
  /** Where the intent is written. */
  directory: string;
  lock: Lock;
  onStep: OnStep | undefined;
}

export interface TargetMove {
  target: string;
  old: string;
  new: string;
  files: readonly ManagedFile[];
  entries: Intent['entries'];
}

/**
 * Moves the target from `old` to `new`, its checkouts along, and settles what that carries. The order is what makes
 * a kill harmless:
 * 1. dry run: a checkout that cannot follow stops the queue while nothing has moved;
 * 2. the intent, durable: from here a recovery knows which checkouts have to follow, and how;
 * 3. compare-and-swap of the ref, the one commit point. Killed before it, nothing has happened; after it, the
 *    landing is there and only the checkouts are behind (it shows there as a staged revert until recovery);
 * 4. the checkouts;
 * 5. the entries, then the intent goes.
 * Throws `RefMovedError` when somebody else moved the target first; the stale intent does no harm, as what it
 * names is not reachable.
 */
export async function moveTarget(
  context: MoveContext,
  { target, old, new: next, files, entries }: TargetMove,
  settle: () => Promise<void> = async () => {},
): Promise<void> {
  const { session, directory, lock, onStep } = context;
  const checkouts = await planCheckouts(context, target, old, next, files);
  await lock.assertHeld();
  onStep?.('planned');
  const intent: Intent = { target, old, new: next, checkouts, entries };
  await writeIntent(directory, intent);
  onStep?.('intent-written');
  try {
    await session.updateRefs([{ ref: target, old, new: next }]);
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    const message = `${target} cannot be written: ${error.message}`;
    throw new QueueStoppedError('OPERATION_IN_PROGRESS', message, { cause: error });
  }
  onStep?.('target-moved');
  await moveCheckouts(context, intent);
  onStep?.('checkouts-moved');
  await settle();
  await removeIntent(directory);
  onStep?.('intent-removed');
}
