import {
  type Checkout,
  CheckoutError,
  finishCheckout,
  type GitSession,
  git,
  isAncestor,
  listCheckouts,
  lockIndex,
  moveCheckout,
  treeEntry,
  type Repository,
  treeDifferencesOf,
} from '@sage/git';
import { QueueStoppedError } from '../errors.ts';
import type { Intent, ManagedPlan } from './intent.ts';
import { stageManagedPlans, writeManagedPlans } from './managed-files.ts';
import {
  assertNoOperation,
  type CheckoutContext,
  MAX_HEAD_ATTEMPTS,
  type PlannedCheckout,
} from './plan-checkouts.ts';

interface FollowOptions {
  /** Part of the work may already be done, so every path is checked. */
  readonly resumed: boolean;
  /** Checkouts whose index has been locked since before the target moved. */
  readonly planned?: ReadonlyMap<string, PlannedCheckout>;
}

/**
 * Moves every checkout of the target from `old` to `new`, after the target has moved. Can be repeated at any point.
 *
 * Checkouts are listed again here, because the user may have switched branches since the plan, in either direction. A
 * planned checkout whose branch was renamed still follows. HEAD decides: a checkout whose HEAD does not contain the
 * landing is left alone. A path follows only if index and file are still at `old`; later changes by the user are kept
 * on top of `new`. If one checkout cannot follow, the others still do, and its error is thrown at the end.
 */
export async function followTarget(
  context: FollowContext,
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

interface FollowContext extends Omit<CheckoutContext, 'session'> {
  readonly session?: GitSession;
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
  { pinned, session }: FollowContext,
  { checkout, branch, head, headText, managed }: Follower,
  intent: Intent,
  { resumed, planned }: FollowOptions,
): Promise<void> {
  const { old, new: next } = intent;
  const held = planned?.get(checkout.root)?.index;
  // A program that writes HEAD without touching the index can switch despite the lock.
  if (held?.head !== headText) await held?.[Symbol.asyncDispose]();
  const tip = await head();
  if (tip === undefined || !(tip === next || (await isAncestor(checkout, next, tip)))) {
    await held?.[Symbol.asyncDispose]();
    // The checkout has to follow once the branch exists again. Recovery waits for that.
    if (tip === undefined && branch === intent.target && !resumed)
      throw new QueueStoppedError(
        'TARGET_GONE',
        `${intent.target} has been deleted: make it again at ${next}`,
      );
    return;
  }
  await assertNoOperation(checkout, intent.target);
  const settings = await pinned.of(checkout);
  // If someone has committed on top since, only changes that are still in the tip may be brought in.
  const newer = tip === next ? [] : await changedSince(checkout, intent, tip);
  const except = [...managed.map(({ path }) => path), ...newer];
  await using index = held?.head === headText ? held : await lockIndex(settings, headText);
  if (resumed || tip !== next) await finishCheckout(settings, index, old, next, { except });
  else {
    const differences = session && treeDifferencesOf(session);
    await moveCheckout(settings, index, old, next, { except, differences }).catch(async (error: unknown) => {
      if (!(error instanceof CheckoutError) || error.code !== 'CHECKOUT_CONFLICT') throw error;
      // The user edited a file after the plan. The target has moved, so everything else must follow and that file is
      // kept.
      await finishCheckout(settings, index, old, next, { except });
    });
  }
  await stageManagedPlans(settings, index, managed);
  await index.write();
  await writeManagedPlans(settings, managed);
}

/** The paths of the move that someone has changed between the move and `tip`. */
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
