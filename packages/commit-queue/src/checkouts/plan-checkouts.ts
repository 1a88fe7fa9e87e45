import {
  branchCheckouts,
  type Checkout,
  CheckoutError,
  type GitSession,
  type IndexLock,
  lockIndex,
  moveConflicts,
  operationInProgress,
  type PinnedCheckouts,
  type Repository,
  treeDifferencesOf,
} from '@sage/git';
import { QueueStoppedError } from '../errors.ts';
import type { ManagedPlan } from './intent.ts';
import { type ManagedFile, planManagedFiles } from './managed-files.ts';

/** How often to look again at a checkout whose user keeps switching branches. */
export const MAX_HEAD_ATTEMPTS = 10;

export interface CheckoutContext {
  repository: Repository;
  session: GitSession;
  /** With the filters and other settings from when the queue was opened. */
  pinned: PinnedCheckouts;
}

/** A checkout that can follow. Its index is locked, so nobody can commit there until it has followed. */
export interface PlannedCheckout {
  readonly checkout: Repository;
  readonly managed: readonly ManagedPlan[];
  readonly index: IndexLock;
}

/** The planned checkouts of a target. Disposing of them unlocks their indexes. */
export class PlannedCheckouts implements AsyncDisposable {
  readonly byRoot = new Map<string, PlannedCheckout>();

  add(planned: PlannedCheckout): void {
    this.byRoot.set(planned.checkout.root, planned);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { index } of this.byRoot.values()) await index[Symbol.asyncDispose]();
  }
}

/**
 * Locks the index of every checkout of the target, and checks that it can move from `from` to `to`. Changes nothing.
 * @throws {QueueStoppedError} if one cannot follow.
 */
export async function planCheckouts(
  context: CheckoutContext,
  target: string,
  from: string,
  to: string,
  files: readonly ManagedFile[],
): Promise<PlannedCheckouts> {
  for (let attempt = 1; ; attempt += 1) {
    const planned = new PlannedCheckouts();
    try {
      for (const each of await branchCheckouts(context.repository, target))
        planned.add(await plan(context, each, { target, from, to, files }));
      return planned;
    } catch (error) {
      await planned[Symbol.asyncDispose]();
      if (!(error instanceof CheckoutError)) throw error;
      if (error.code === 'HEAD_MOVED' && attempt < MAX_HEAD_ATTEMPTS) continue;
      const code = error.code === 'CHECKOUT_CONFLICT' ? 'DIRTY_OVERLAP' : 'OPERATION_IN_PROGRESS';
      throw new QueueStoppedError(code, error.message, { paths: error.paths, cause: error });
    }
  }
}

async function plan(
  { session, pinned }: CheckoutContext,
  { checkout: found, headText }: Checkout,
  { target, from, to, files }: { target: string; from: string; to: string; files: readonly ManagedFile[] },
): Promise<PlannedCheckout> {
  const checkout = await pinned.of(found);
  await assertNoOperation(checkout, target);
  const index = await lockIndex(checkout, headText);
  try {
    const managed = await planManagedFiles({ checkout, index, session }, from, to, files);
    const except = managed.map(({ path }) => path);
    const paths = await moveConflicts(checkout, index, from, to, {
      except,
      differences: treeDifferencesOf(session),
    });
    if (paths.length > 0) throw new CheckoutError('CHECKOUT_CONFLICT', checkout.root, paths);
    return { checkout, managed, index };
  } catch (error) {
    await index[Symbol.asyncDispose]();
    throw error;
  }
}

export async function assertNoOperation(checkout: Repository, target: string): Promise<void> {
  const operation = await operationInProgress(checkout);
  if (operation === undefined) return;
  const where = `${checkout.root}, which has ${target} checked out`;
  const message = `a ${operation} is in progress in ${where}: finish or abort it, then process the queue again`;
  throw new QueueStoppedError('OPERATION_IN_PROGRESS', message);
}
