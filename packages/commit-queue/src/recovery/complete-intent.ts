import {
  type GitSession,
  type PinnedCheckouts,
  isAncestor,
  readRef,
  resolveCommit,
  type Repository,
} from '@sage/git';
import { followTarget } from '../checkouts/follow-target.ts';
import type { Intent } from '../checkouts/intent.ts';
import type { OnStep } from '../crash-points.ts';
import { removeStaleLocks } from './stale-locks.ts';

export interface RecoveryContext {
  readonly repository: Repository;
  readonly session: GitSession;
  readonly pinned: PinnedCheckouts;
  readonly onStep: OnStep | undefined;
}

export interface Completion {
  /** `unknown` if the target is gone: nobody can tell until it exists again. */
  readonly move: 'made' | 'not made' | 'unknown';
  /** The error that kept a checkout from following. */
  readonly failure?: unknown;
}

/**
 * Completes a move of the target that an earlier process left unfinished, and returns whether it was made. If it was
 * not, nothing has happened. If the target is gone, its entries stay queued, and processing them fails with
 * TARGET_GONE.
 */
export async function completeIntent(
  { repository, pinned, onStep }: RecoveryContext,
  intent: Intent,
): Promise<Completion> {
  const { target, new: next } = intent;
  await removeStaleLocks(repository, target, next);
  onStep?.('stale-locks-removed');
  const tip = await readRef(repository, target);
  if ((await resolveCommit(repository, next)) === undefined) return { move: 'not made' };
  if (tip !== undefined && !(await isAncestor(repository, next, tip))) return { move: 'not made' };
  const move = tip === undefined ? 'unknown' : 'made';
  try {
    await followTarget({ repository, pinned }, intent, { resumed: true });
  } catch (failure) {
    return { move, failure };
  }
  onStep?.('checkouts-finished');
  return { move };
}
