import { existsSync } from 'node:fs';
import {
  branchCheckouts,
  CheckoutError,
  finishCheckout,
  type PinnedCheckouts,
  git,
  type GitSession,
  isAncestor,
  moveCheckout,
  openRepository,
  operationInProgress,
  resolveCommit,
  treeEntry,
  type Repository,
  viewCheckout,
} from '@sage/git';
import type { Intent } from './intent.ts';
import { QueueStoppedError } from '../errors.ts';
import { applyManagedPlans, planManagedFiles, type ManagedFile } from './managed-files.ts';

export interface CheckoutContext {
  repository: Repository;
  session: GitSession;
  /** Filters and the like are those of the time when the queue was opened. */
  pinned: PinnedCheckouts;
}

type CheckoutPlan = Intent['checkouts'][number];

/**
 * Asks every checkout of the target whether it can follow from `from` to `to`, changing nothing, and returns
 * what will have to be done. Throws `QueueStoppedError` where it cannot.
 */
export async function planCheckouts(
  { repository, session, pinned }: CheckoutContext,
  target: string,
  from: string,
  to: string,
  files: readonly ManagedFile[],
): Promise<CheckoutPlan[]> {
  const plans: CheckoutPlan[] = [];
  for (const worktree of await branchCheckouts(repository, target)) {
    const checkout = await pinned.of(await openCheckout(repository, worktree));
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
      throw asStop(error);
    }
  }
  return plans;
}

/** Moves the checkouts after the target has moved. */
export async function moveCheckouts(
  { repository, pinned }: Omit<CheckoutContext, 'session'>,
  intent: Intent,
): Promise<void> {
  for (const { worktree, managed } of intent.checkouts) {
    const checkout = await pinned.of(await openCheckout(repository, worktree));
    const except = managed.map(({ path }) => path);
    try {
      await moveCheckout(checkout, intent.old, intent.new, { except }).catch(async (error: unknown) => {
        if (!(error instanceof CheckoutError) || error.code !== 'CHECKOUT_CONFLICT') throw error;
        // Edited since the dry run. The target has moved, so the rest must follow and that file is kept.
        await finishCheckout(checkout, intent.old, intent.new, { except });
      });
      await applyManagedPlans(checkout, managed);
    } catch (error) {
      throw asStop(error);
    }
  }
}

/**
 * Completes, after a crash, what `moveCheckouts` may have done in part. What a checkout's HEAD has counts, not the
 * name of its branch: the user may have renamed that since. One that has not the landing is the user's affair.
 */
export async function finishCheckouts(
  { repository, pinned }: Omit<CheckoutContext, 'session'>,
  intent: Intent,
): Promise<void> {
  for (const { worktree, managed } of intent.checkouts) {
    if (!existsSync(worktree)) continue;
    const checkout = await openCheckout(repository, worktree);
    const tip = await resolveCommit(checkout, 'HEAD');
    if (tip === undefined || !(await isAncestor(checkout, intent.new, tip))) continue;
    await assertNoOperation(checkout, intent.target);
    const except = managed.map(({ path }) => path);
    try {
      // Where somebody has committed on top since, only what still counts at the tip may be brought in.
      const newer = tip === intent.new ? [] : await changedSince(checkout, intent, tip);
      const settled = await pinned.of(checkout);
      await finishCheckout(settled, intent.old, intent.new, { except: [...except, ...newer] });
      await applyManagedPlans(settled, managed);
    } catch (error) {
      throw asStop(error);
    }
  }
}

async function assertNoOperation(checkout: Repository, target: string): Promise<void> {
  const operation = await operationInProgress(checkout);
  if (operation === undefined) return;
  const where = `${checkout.root}, which has ${target} checked out`;
  const message = `a ${operation} is in progress in ${where}: finish or abort it, then go on`;
  throw new QueueStoppedError('OPERATION_IN_PROGRESS', message);
}

async function openCheckout(repository: Repository, worktree: string): Promise<Repository> {
  return worktree === repository.root ? repository : openRepository(worktree);
}

async function changedSince(checkout: Repository, intent: Intent, tip: string): Promise<string[]> {
  const args = ['diff-tree', '-r', '-z', '--name-only', '--no-renames', intent.new, tip];
  const paths = (await git(checkout, args)).split('\0').filter((path) => path !== '');
  const landed: string[] = [];
  for (const path of paths) {
    const [before, after] = [
      await treeEntry(checkout, intent.old, path),
      await treeEntry(checkout, intent.new, path),
    ];
    if (before?.oid !== after?.oid || before?.mode !== after?.mode) landed.push(path);
  }
  return landed;
}

function asStop(error: unknown): unknown {
  if (!(error instanceof CheckoutError)) return error;
  const code = error.code === 'INDEX_LOCKED' ? 'OPERATION_IN_PROGRESS' : 'DIRTY_OVERLAP';
  return new QueueStoppedError(code, error.message, { paths: error.paths, cause: error });
}
