import { type GitSession, updateRefs } from '@sage/git';
import type { QueueEntry } from '../entries/entry.ts';
import type { EntryStore } from '../entries/entry-store.ts';
import { isOnTarget, pinOf } from '../entries/pins.ts';
import type { OnStep } from '../crash-points.ts';

/** Up to this many, syncing each is cheaper than starting a process. */
const FEW = 3;

/** Settles entries as landed, in their order on the target, and unpins their work. */
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
  // Someone may have removed them from the target since. Then only the pins keep the work.
  const last = settled.at(-1);
  if (last === undefined) return settled;
  const held =
    (await session.readRef(last.target)) === last.landed || (await isOnTarget(session.repository, last));
  if (!held) return settled;
  // Last, and not synced: after a kill before this, superfluous pins are left, which recovery removes.
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
