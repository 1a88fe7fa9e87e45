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
  /** The directory for the intent. */
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
 * Moves the target and its checkouts from `old` to `new`, and settles the entries that this carries. The order makes
 * a kill harmless:
 *
 * 1. A dry run, with the index of each checkout locked until it has followed. If a checkout cannot follow, the queue
 *    stops and nothing has moved.
 * 2. The durable intent. From here on, a recovery knows which checkouts have to follow, and how.
 * 3. Compare-and-swap of the ref, the only commit point. If killed before it, nothing has happened. If killed later,
 *    the landing is there and only the checkouts are behind: they show a staged revert until recovery, and the
 *    remaining lock prevents a commit of it.
 * 4. The checkouts.
 * 5. The entries; then the intent is removed.
 *
 * A failure after the swap does not undo the landing: the entries are still settled, and the intent stays for the
 * next process.
 * @throws {RefMovedError} if someone else moved the target first; nothing was moved.
 * @throws {UnfinishedLandingError} if something failed after the target had moved.
 */
export async function moveTarget(
  context: MoveContext,
  { target, old, new: next, files, entries, made }: TargetMove,
  settle: () => Promise<void> = async () => {},
): Promise<void> {
  const { session, directory, lock, onStep } = context;
  const synced = syncObjects(context.repository, made);
  // Awaited later, together with the plan.
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

/**
 * With less free space than this, a failed write by git means that the disk is full. Git's own message does not say
 * so.
 */
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
