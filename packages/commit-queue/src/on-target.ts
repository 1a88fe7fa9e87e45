import { isAncestor, readRef, resolveCommit, type Repository } from '@sage/git';
import type { QueueEntry } from './entry.ts';

/** Whether a landing is reachable from its target now: what nobody else holds is let go only then. */
export async function isOnTarget(repository: Repository, entry: QueueEntry): Promise<boolean> {
  if (entry.state !== 'landed' || entry.landed === undefined) return false;
  const tip = await readRef(repository, entry.target);
  if (tip === entry.landed) return true;
  if (tip === undefined || (await resolveCommit(repository, entry.landed)) === undefined) return false;
  return isAncestor(repository, entry.landed, tip);
}
