import { isAncestor, readRef, resolveCommit, type Repository, updateRefs } from '@sage/git';
import type { QueueEntry } from './entry.ts';

export function pinOf(id: string): string {
  return `refs/sage/queue/${id}`;
}

export async function removePin(repository: Repository, id: string): Promise<void> {
  const ref = pinOf(id);
  if (await readRef(repository, ref)) await updateRefs(repository, [{ ref, old: undefined, new: 'delete' }]);
}

/** Whether a landing is reachable from its target now: what nobody else holds is let go only then. */
export async function isOnTarget(repository: Repository, entry: QueueEntry): Promise<boolean> {
  if (entry.state !== 'landed' || entry.landed === undefined) return false;
  const tip = await readRef(repository, entry.target);
  if (tip === entry.landed) return true;
  if (tip === undefined || (await resolveCommit(repository, entry.landed)) === undefined) return false;
  return isAncestor(repository, entry.landed, tip);
}
