import { listRefs, readRef, type Repository, updateRefs } from '@sage/git';
import type { QueueEntry } from './entry.ts';
import type { EntryStore } from './entry-store.ts';
import type { OnStep } from './steps.ts';

export function pinOf(id: string): string {
  return `refs/sage/queue/${id}`;
}

export async function removePin(repository: Repository, id: string): Promise<void> {
  const ref = pinOf(id);
  if (await readRef(repository, ref)) await updateRefs(repository, [{ ref, old: undefined, new: 'delete' }]);
}

/** Settles entries as landed, and lets go of their work. */
export async function settleLanded(
  repository: Repository,
  store: EntryStore,
  landings: readonly { entry: QueueEntry; commit: string }[],
  onStep?: OnStep,
): Promise<QueueEntry[]> {
  const settled = await store.writeAll(
    landings.map(({ entry, commit }) => [entry, { ...entry, state: 'landed', landed: commit }]),
  );
  onStep?.('entries-settled');
  // Last: killed before it, pins too many are left, which recovery removes. Not synced, for the same reason.
  const pins = new Set(landings.map(({ entry }) => pinOf(entry.id)));
  const there = (await listRefs(repository, 'refs/sage/queue')).filter(({ ref }) => pins.has(ref));
  await updateRefs(
    repository,
    there.map(({ ref, oid }) => ({ ref, old: oid, new: 'delete' })),
    { synced: false },
  );
  onStep?.('pins-removed');
  return settled;
}
