import { freeBytes, GitError, type Repository } from '@sage/git';
import { QueueStoppedError, type QueueStopCode, UnfinishedLandingError } from '../errors.ts';
import { followTarget } from './follow-target.ts';
import { type CheckoutContext, planCheckouts } from './plan-checkouts.ts';
import { type Intent, removeIntent, writeIntent } from './intent.ts';
import type { Lock } from '../lock/lock.ts';
import { type MadeObjects, syncObjects } from './sync-objects.ts';
import type { ManagedFile } from './managed-files.ts';
import type { OnStep } from '../crash-points.ts';

export interface MoveContext extends CheckoutContext {
  /** Where the intent is written. */
  readonly directory: string;
  readonly lock: Lock;
  readonly onStep: OnStep | undefined;
}

export interface TargetMove {
  readonly target: string;
  readonly old: string;
  readonly new: string;
  readonly files: readonly ManagedFile[];
  readonly entries: Intent['entries'];
  made: MadeObjects;
}

/**
 * Moves the target from `old` to `new`, its checkouts along, and settles what that carries. The order is what makes
 * a kill harmless:
 * 1. dry run, the index of each checkout locked until it has followed: one that cannot stops the queue while nothing
 *    has moved;
 * 2. the intent, durable: from here a recovery knows which checkouts have to follow, and how;
 * 3. compare-and-swap of the ref, the one commit point. Killed before it, nothing has happened; after it, the
 *    landing is there and only the checkouts are behind (a staged revert until recovery; the lock that is left keeps it from being
 *    committed);
 * 4. the checkouts;
 * 5. the entries, then the intent is removed.
 *
 * What fails after the swap does not undo the landing: the entries are settled all the same, and the intent stays
 * for the next process.
 * @throws {RefMovedError} when somebody else moved the target first, and nothing has moved.
 * @throws {UnfinishedLandingError} when something failed after the target had moved.
 */
export async function moveTarget(
  context: MoveContext,
  { target, old, new: next, files, entries, made }: TargetMove,
  settle: () => Promise<void> = async () => {},
): Promise<void> {
  const { session, directory, lock, onStep } = context;
  const synced = syncObjects(context.repository, made);
  // Awaited beside the plan.
  synced.catch(() => undefined);
  await using planned = await planCheckouts(context, target, old, next, files);
  await synced;
  onStep?.('objects-synced');
  await lock.assertHeld();
  onStep?.('planned');
  const checkouts = [...planned.byRoot].map(([worktree, { managed }]) => ({
    worktree,
    managed: [...managed],
  }));
  const intent: Intent = { target, old, new: next, checkouts, entries };
  const name = await writeIntent(directory, intent);
  onStep?.('intent-written');
  try {
    await session.updateRefs([{ ref: target, old, new: next }]);
  } catch (error) {
    await removeIntent(directory, name);
    if (!(error instanceof GitError)) throw error;
    throw await cannotWrite(context.repository, target, error);
  }
  onStep?.('target-moved');
  const failures: unknown[] = [];
  const options = { resumed: false, planned: planned.byRoot };
  await followTarget(context, intent, options).catch((error: unknown) => failures.push(error));
  onStep?.('checkouts-moved');
  await settle().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw new UnfinishedLandingError(target, next, failures[0]);
  await removeIntent(directory, name);
  onStep?.('intent-removed');
}

/** So little is full for git: it says only that it could not write. */
const FULL_BYTES = 65_536;

async function cannotWrite(
  { commonDir }: Repository,
  target: string,
  cause: GitError,
): Promise<QueueStoppedError> {
  const stopped = (code: QueueStopCode, why: string, advice: string) =>
    new QueueStoppedError(
      code,
      `${target} cannot be written: ${why}: ${advice}, then process the queue again`,
      { cause },
    );
  if (/\.lock': File exists/.test(cause.stderr)) {
    const advice = 'wait for the other git command, or remove the file when none runs';
    return stopped('OPERATION_IN_PROGRESS', cause.message, advice);
  }
  if ((await freeBytes(commonDir)) < FULL_BYTES)
    return stopped('CANNOT_WRITE', 'the disk is full', 'make room');
  return stopped('CANNOT_WRITE', cause.message, 'mend that');
}
