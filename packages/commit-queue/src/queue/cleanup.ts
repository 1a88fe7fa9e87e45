import { listRefs, RefMovedError, type RefUpdate, type Repository, SAGE_REFS, updateRefs } from '@sage/git';
import { readIntents } from '../checkouts/intent.ts';
import type { EntryStore } from '../entries/entry-store.ts';
import { entriesOnTarget, pinAgain, pinOf } from '../entries/pins.ts';
import { pruneVerifyCache } from '../verification/verify-cache.ts';

/** How often to start again because others change pins in the meantime. */
const MAX_LOOKS = 10;

/**
 * Removes dropped entries, and landed ones whose landing is reachable from their target, with their pins. A pin
 * without an entry (the process was killed between the two) is moved to `refs/sage/orphan/`, not removed. Also prunes
 * the cache of verified trees. Returns the ids removed.
 *
 * Needs no lock: the removed entries never change again, and unfinished landings are left alone.
 */
export async function cleanupQueue(repository: Repository, store: EntryStore): Promise<string[]> {
  const removed = new Set<string>();
  for (let look = 1; ; look += 1) {
    try {
      await cleanUp(repository, store, removed);
      break;
    } catch (error) {
      if (!(error instanceof RefMovedError) || look === MAX_LOOKS) throw error;
    }
  }
  await store.removeLeftovers();
  await pruneVerifyCache(store.directory);
  return [...removed];
}

/** @throws {RefMovedError} if someone else has changed one of the pins. Everything has to be checked again. */
async function cleanUp(repository: Repository, store: EntryStore, removed: Set<string>): Promise<void> {
  // Pins before entries: a pin whose entry is added in between must not look like an orphan. Intents last: a settled
  // entry is named by an intent until its pin is gone.
  const pins = await listRefs(repository, SAGE_REFS.queue);
  const { entries, unreadable } = await store.read();
  const intents = await readIntents(store.directory);
  const unfinished = new Set(intents.flatMap(({ intent }) => intent.entries.map(({ id }) => id)));
  const landed = await entriesOnTarget(repository, entries);
  const over = entries.filter(
    (entry) => (entry.state === 'dropped' || landed.has(entry)) && !unfinished.has(entry.id),
  );
  const mine = new Set(over.map(({ id }) => pinOf(id)));
  const unpinned = pins.filter(({ ref }) => mine.has(ref));
  if (unpinned.length > 0)
    await updateRefs(
      repository,
      unpinned.map(({ ref, oid }) => ({ ref, old: oid, new: 'delete' })),
    );
  await store.remove(...over);
  for (const { id } of over) removed.add(id);
  const known = new Set(entries.map(({ id }) => pinOf(id)));
  // An unreadable entry may be the one that a pin belongs to.
  const orphans = unreadable.length > 0 ? [] : pins.filter(({ ref }) => !known.has(ref));
  if (orphans.length === 0) return;
  await updateRefs(
    repository,
    orphans.flatMap(({ ref, oid }): RefUpdate[] => [
      { ref: ref.replace(SAGE_REFS.queue, SAGE_REFS.orphan), old: undefined, new: oid },
      { ref, old: oid, new: 'delete' },
    ]),
  );
  // An enqueue may have been between its pin and its entry. It checks its pin afterwards, and so does this.
  const now = new Set((await store.read()).entries.map(({ id }) => pinOf(id)));
  await pinAgain(
    repository,
    orphans.filter(({ ref }) => now.has(ref)),
  );
}
