import {
  type Checkout,
  CheckoutError,
  finishCheckout,
  git,
  isAncestor,
  listCheckouts,
  moveCheckout,
  treeEntry,
  type Repository,
} from '@sage/git';
import type { Intent, ManagedPlan } from './intent.ts';
import { applyManagedPlans } from './managed-files.ts';
import { assertNoOperation, type CheckoutContext } from './plan-checkouts.ts';

/** How often one whose user keeps switching branches is looked at again. */
const MAX_HEAD_ATTEMPTS = 10;

interface FollowOptions {
  /** Something may have been done in part: every path is looked at. */
  readonly resumed: boolean;
}

/**
 * Brings every checkout of the target from `old` to `new`, after the target has moved. Repeatable, at any point.
 *
 * Which they are is asked now: the user may have switched branches since the plan, in either direction. A planned one
 * whose branch was renamed follows too. What HEAD has counts: one without the landing is left alone. A path follows
 * only where index and file are still at `old`; what the user has changed since stays, on top of `new`. Where one
 * checkout cannot follow, the others still do, and its error is thrown at the end.
 */
export async function followTarget(
  context: Omit<CheckoutContext, 'session'>,
  intent: Intent,
  options: FollowOptions,
): Promise<void> {
  const finished = new Set<string>();
  const failures: unknown[] = [];
  for (let attempt = 1; ; attempt += 1) {
    let again = false;
    for (const each of await followers(context.repository, intent)) {
      const { root } = each.checkout;
      if (finished.has(root)) continue;
      try {
        await follow(context, each, intent, options);
        finished.add(root);
      } catch (error) {
        const switched = error instanceof CheckoutError && error.code === 'HEAD_MOVED';
        if (switched && attempt < MAX_HEAD_ATTEMPTS) again = true;
        else {
          finished.add(root);
          failures.push(error);
        }
      }
    }
    if (!again) break;
  }
  if (failures.length > 0) throw failures[0];
}

interface Follower extends Checkout {
  readonly managed: readonly ManagedPlan[];
}

async function followers(repository: Repository, intent: Intent): Promise<Follower[]> {
  const planned = new Map(intent.checkouts.map(({ worktree, managed }) => [worktree, managed]));
  const found: Follower[] = [];
  for (const each of await listCheckouts(repository)) {
    const managed = planned.get(each.checkout.root);
    if (each.branch === intent.target || managed !== undefined)
      found.push({ ...each, managed: managed ?? [] });
  }
  return found;
}

async function follow(
  { pinned }: Omit<CheckoutContext, 'session'>,
  { checkout, head: tip, headText, managed }: Follower,
  intent: Intent,
  { resumed }: FollowOptions,
): Promise<void> {
  const { old, new: next } = intent;
  if (tip === undefined || !(tip === next || (await isAncestor(checkout, next, tip)))) return;
  await assertNoOperation(checkout, intent.target);
  const settings = await pinned.of(checkout);
  // Where somebody has committed on top since, only what still counts at the tip may be brought in.
  const newer = tip === next ? [] : await changedSince(checkout, intent, tip);
  const options = { except: [...managed.map(({ path }) => path), ...newer], head: headText };
  if (resumed || tip !== next) await finishCheckout(settings, old, next, options);
  else {
    await moveCheckout(settings, old, next, options).catch(async (error: unknown) => {
      if (!(error instanceof CheckoutError) || error.code !== 'CHECKOUT_CONFLICT') throw error;
      // Edited since the plan. The target has moved, so the rest must follow and that file is kept.
      await finishCheckout(settings, old, next, options);
    });
  }
  await applyManagedPlans(settings, managed);
}

/** The paths of the move that somebody has changed between it and `tip`. */
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
