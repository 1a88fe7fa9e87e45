import { listRefs, updateRefs, type Repository, SAGE_REFS } from '@sage/git';
import type { EntryStore } from '../entries/entry-store.ts';
import { pruneVerifyCache } from '../verification/verify-cache.ts';
import { entriesOnTarget, pinOf } from '../entries/pins.ts';

/**
 * Removes dropped entries, and landed ones whose landing is reachable from their target, with their pins; the
 * lock must be held. A pin that no entry names (its process was killed between the two) is moved to
 * `refs/sage/orphan/`, not removed. What is known of verified trees is forgotten. Returns the ids removed.
 */
export async function cleanupQueue(repository: Repository, store: EntryStore): Promise<string[]> {
  // Pins before entries: a pin whose entry comes in between must not look like an orphan.
  const pins = await listRefs(repository, SAGE_REFS.queue);
  const { entries, unreadable } = await store.read();
  const landed = await entriesOnTarget(repository, entries);
  const removed = entries.filter((entry) => entry.state === 'dropped' || landed.has(entry));
  const mine = new Set(removed.map(({ id }) => pinOf(id)));
  const unpinned = pins.filter(({ ref }) => mine.has(ref));
  await updateRefs(
    repository,
    unpinned.map(({ ref, oid }) => ({ ref, old: oid, new: 'delete' })),
  );
  await store.remove(...removed);
  const known = new Set(entries.map(({ id }) => pinOf(id)));
  // An unreadable entry may be the one that a pin belongs to.
  const orphans = unreadable.length > 0 ? [] : pins.filter(({ ref }) => !known.has(ref));
  for (const { ref, oid } of orphans) {
    const kept = ref.replace(SAGE_REFS.queue, SAGE_REFS.orphan);
    const toOrphan = [
      { ref: kept, old: undefined, new: oid },
      { ref, old: oid, new: 'delete' },
    ];
    await updateRefs(repository, toOrphan);
    // An enqueue may have been between its pin and its entry: it looks for its pin afterwards, and so do we.
    const late = (await store.read()).entries.some(({ id }) => pinOf(id) === ref);
    if (late) await updateRefs(repository, [{ ref, old: undefined, new: oid }]);
  }
  await store.removeLeftovers();
  await pruneVerifyCache(store.directory);
  return removed.map(({ id }) => id);
}
