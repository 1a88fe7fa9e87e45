import {
  branchCheckouts,
  CheckoutError,
  type GitSession,
  operationInProgress,
  type PinnedCheckouts,
  type Repository,
  viewCheckout,
} from '@sage/git';
import { QueueStoppedError } from '../errors.ts';
import type { Intent } from './intent.ts';
import { type ManagedFile, planManagedFiles } from './managed-files.ts';

export interface CheckoutContext {
  readonly repository: Repository;
  readonly session: GitSession;
  /** Filters and the like are those of the time when the queue was opened. */
  readonly pinned: PinnedCheckouts;
}

/**
 * Asks every checkout of the target whether it can follow from `from` to `to`, changing nothing, and returns
 * what will have to be done.
 * @throws {QueueStoppedError} where one cannot follow.
 */
export async function planCheckouts(
  { repository, session, pinned }: CheckoutContext,
  target: string,
  from: string,
  to: string,
  files: readonly ManagedFile[],
): Promise<Intent['checkouts']> {
  const plans: Intent['checkouts'] = [];
  for (const each of await branchCheckouts(repository, target)) {
    const worktree = each.checkout.root;
    const checkout = await pinned.of(each.checkout);
    await assertNoOperation(checkout, target);
    try {
      const managed = await viewCheckout(checkout, async (view) => {
        const planned = await planManagedFiles({ checkout, view, session }, from, to, files);
        const paths = await view.conflicts(from, to, { except: planned.map(({ path }) => path) });
        if (paths.length > 0) throw new CheckoutError('CHECKOUT_CONFLICT', worktree, paths);
        return planned;
      });
      plans.push({ worktree, managed });
    } catch (error) {
      if (!(error instanceof CheckoutError)) throw error;
      const code = error.code === 'CHECKOUT_CONFLICT' ? 'DIRTY_OVERLAP' : 'OPERATION_IN_PROGRESS';
      throw new QueueStoppedError(code, error.message, { paths: error.paths, cause: error });
    }
  }
  return plans;
}

export async function assertNoOperation(checkout: Repository, target: string): Promise<void> {
  const operation = await operationInProgress(checkout);
  if (operation === undefined) return;
  const where = `${checkout.root}, which has ${target} checked out`;
  const message = `a ${operation} is in progress in ${where}: finish or abort it, then process the queue again`;
  throw new QueueStoppedError('OPERATION_IN_PROGRESS', message);
}
