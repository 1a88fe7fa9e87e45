import { type PinnedCheckouts, isAncestor, readRef, resolveCommit, type Repository } from '@sage/git';
import { finishCheckouts } from '../checkouts/checkouts.ts';
import type { Intent } from '../checkouts/intent.ts';
import { removeStaleLocks } from './stale-locks.ts';
import type { OnStep } from '../crash-points.ts';

export interface RecoveryContext {
  repository: Repository;
  pinned: PinnedCheckouts;
  onStep: OnStep | undefined;
}

/**
 * Completes a move of the target that a killed process has left, and says whether it has been made. Where it has
 * not, nothing has happened. Where the target is gone nobody can say until it is there again: its entries stay
 * queued, and processing them says TARGET_GONE.
 */
export async function completeIntent(
  { repository, pinned, onStep }: RecoveryContext,
  intent: Intent,
): Promise<'made' | 'not made' | 'unknown'> {
  const { target, new: next } = intent;
  await removeStaleLocks(repository, target, next);
  onStep?.('stale-locks-removed');
  const tip = await readRef(repository, target);
  if ((await resolveCommit(repository, next)) === undefined) return 'not made';
  if (tip !== undefined && !(await isAncestor(repository, next, tip))) return 'not made';
  await finishCheckouts({ repository, pinned }, intent);
  onStep?.('checkouts-finished');
  return tip === undefined ? 'unknown' : 'made';
}
