import {
  git,
  isAncestor,
  listRefs,
  readRef,
  resolveCommit,
  type Repository,
  updateRefs,
  SAGE_REFS,
} from '@sage/git';
import type { QueueEntry } from './entry.ts';

export function pinOf(id: string): string {
  return `${SAGE_REFS.queue}${id}`;
}

/** Restores the pins of work that a cleanup has taken for an orphan. */
export async function pinAgain(
  repository: Repository,
  pins: readonly { ref: string; oid: string }[],
): Promise<void> {
  if (pins.length === 0) return;
  const orphans = new Set((await listRefs(repository, SAGE_REFS.orphan)).map(({ ref }) => ref));
  const mine = pins.map(({ ref }) => ref.replace(SAGE_REFS.queue, SAGE_REFS.orphan));
  await updateRefs(repository, [
    ...pins.map(({ ref, oid }) => ({ ref, old: undefined, new: oid })),
    ...mine.filter((ref) => orphans.has(ref)).map((ref) => ({ ref, old: undefined, new: 'delete' })),
  ]);
}

export async function removePin(repository: Repository, id: string): Promise<void> {
  const ref = pinOf(id);
  if (await readRef(repository, ref)) await updateRefs(repository, [{ ref, old: undefined, new: 'delete' }]);
}

/** Whether a landing is reachable from its target now. Only then is it safe to unpin its work. */
export async function isOnTarget(repository: Repository, entry: QueueEntry): Promise<boolean> {
  if (entry.state !== 'landed' || entry.landed === undefined) return false;
  const tip = await readRef(repository, entry.target);
  if (tip === entry.landed) return true;
  if (tip === undefined || (await resolveCommit(repository, entry.landed)) === undefined) return false;
  return isAncestor(repository, entry.landed, tip);
}

/** A run lands at the tip, so these commits are checked first. */
const NEAR_MAX_COMMITS = 1_000;

/** From this many entries on, one pass over the whole history is cheaper than a check for each. */
const WHOLE_HISTORY_MIN_ENTRIES = 10;

/** The landed entries whose landing is reachable from their target now. */
export async function entriesOnTarget(
  repository: Repository,
  entries: readonly QueueEntry[],
): Promise<Set<QueueEntry>> {
  const found = new Set<QueueEntry>();
  const landed = entries.filter((entry) => entry.state === 'landed');
  for (const [target, group] of Map.groupBy(landed, (entry) => entry.target)) {
    const tip = await readRef(repository, target);
    if (tip === undefined) continue;
    const near = await commitsOf(repository, ['--max-count', `${NEAR_MAX_COMMITS}`, tip]);
    const far = group.filter(({ landed: commit = '' }) => !near.has(commit));
    const all = far.length < WHOLE_HISTORY_MIN_ENTRIES ? undefined : await commitsOf(repository, [tip]);
    for (const entry of group) {
      if (near.has(entry.landed ?? '') || all?.has(entry.landed ?? '')) found.add(entry);
      else if (all === undefined && (await isOnTarget(repository, entry))) found.add(entry);
    }
  }
  return found;
}

async function commitsOf(repository: Repository, args: readonly string[]): Promise<Set<string>> {
  return new Set((await git(repository, ['rev-list', ...args, '--'])).split('\n'));
}
