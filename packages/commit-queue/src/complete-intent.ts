import { isAncestor, readRef, resolveCommit, type Repository } from '@sage/git';
import { finishCheckouts } from './checkouts.ts';
import type { Intent } from './intent.ts';
import { removeLeftLocks } from './left-locks.ts';
import type { OnStep } from './steps.ts';

/**
 * Completes a move of the target that a killed process has left, and says whether it has been made. Where it has
 * not, nothing has happened, and the intent can be forgotten.
 */
export async function completeIntent(
  repository: Repository,
  intent: Intent,
  onStep: OnStep | undefined,
): Promise<boolean> {
  const { target, new: next } = intent;
  await removeLeftLocks(repository, target, next);
  onStep?.('left-locks-removed');
  const tip = await readRef(repository, target);
  // Where the target is gone nobody can say; its entries stay queued, and processing them says TARGET_GONE.
  if (tip === undefined) return false;
  const known = (await resolveCommit(repository, next)) !== undefined;
  if (!known || !(await isAncestor(repository, next, tip))) return false;
  await finishCheckouts(repository, target, intent, tip);
  onStep?.('checkouts-finished');
  return true;
}
