import {
  removeTornObjects,
  removeTornRefs,
  resolveCommit,
  updateRefs,
  type Repository,
  SAGE_REFS,
} from '@sage/git';
import { pinOf } from '../entries/pins.ts';
import type { EntryStore } from '../entries/entry-store.ts';

/**
 * Removes unsynced writes that a power cut has torn: objects, which git would otherwise not write again, and pins,
 * which would keep git from collecting garbage. Work that is still needed is pinned again.
 */
export async function repairTornWrites(
  repository: Repository,
  store: EntryStore,
  since: number,
): Promise<void> {
  if (Number.isFinite(since)) await removeTornObjects(repository, since);
  const torn = new Set(await removeTornRefs(repository, SAGE_REFS.all));
  if (torn.size === 0) return;
  for (const { id, state, commit } of (await store.read()).entries) {
    const ref = pinOf(id);
    if (!torn.has(ref) || state === 'landed' || state === 'dropped') continue;
    if ((await resolveCommit(repository, commit)) !== undefined)
      await updateRefs(repository, [{ ref, old: undefined, new: commit }]);
  }
}
