import { type GitSession, updateRefs } from '@sage/git';
import type { QueueEntry } from '../entries/entry.ts';
import type { EntryStore } from '../entries/entry-store.ts';
import { isOnTarget, pinOf } from '../entries/pins.ts';
import type { OnStep } from '../crash-points.ts';

/** For so many a process of its own costs more than their syncs. */
const FEW = 3;

/** Settles entries as landed, each below the next on their target, and unpins their work. */
export async function settleLanded(
  session: GitSession,
  store: EntryStore,
  landings: readonly { entry: QueueEntry; commit: string }[],
  onStep?: OnStep,
): Promise<QueueEntry[]> {
  const settled = await store.writeAll(
    landings.map(({ entry, commit }) => [entry, { ...entry, state: 'landed', landed: commit }]),
  );
  onStep?.('entries-settled');
  // Somebody may have taken them off the target since: then the pins are what keeps the work.
  const last = settled.at(-1);
  if (last === undefined) return settled;
  const held =
    (await session.readRef(last.target)) === last.landed || (await isOnTarget(session.repository, last));
  if (!held) return settled;
  // Last: killed before it, pins too many are left, which recovery removes; not synced, for the same reason.
  const pins = await Promise.all(
    landings.map(async ({ entry }) => ({
      ref: pinOf(entry.id),
      old: await session.readRef(pinOf(entry.id)),
    })),
  );
  const there = pins.filter(({ old }) => old !== undefined);
  const deletions = there.map((pin) => ({ ...pin, new: 'delete' }));
  if (there.length > FEW) await updateRefs(session.repository, deletions, { synced: false });
  else if (there.length > 0) await session.updateRefs(deletions);
  onStep?.('pins-removed');
  return settled;
}
