import type { GitSession } from '@sage/git';
import type { QueueEntry } from './entry.ts';
import {
  assertTrueMerge,
  landEntry,
  type LandingContext,
  OUTPUT_LIMIT,
  settleLanded,
  targetBusy,
  targetTip,
  TIP_ATTEMPTS,
} from './land.ts';
import { landChain, landedEntries, linkOn, type Link } from './land-group.ts';
import { speculate } from './speculate.ts';

/**
 * Lands queued entries of one target with several verifies at a time, each of exactly the commit that would land.
 * Tells `onSettled` of every entry that was settled, in order; one that it does not tell of is still queued.
 */
export async function landSpeculatively(
  context: LandingContext,
  session: GitSession,
  entries: readonly QueueEntry[],
  options: {
    slots: number;
    signal: AbortSignal | undefined;
    onSettled: (entry: QueueEntry) => Promise<void>;
  },
): Promise<void> {
  const { repository, store, verify } = context;
  const [first] = entries;
  if (first === undefined || verify === undefined) return;
  const { slots, signal, onSettled } = options;
  let tip = await targetTip(repository, first.target);
  const landed = await landedEntries(context, entries, tip);
  let moves = 0;
  const fresh: QueueEntry[] = [];
  for (const entry of entries) {
    const commit = landed.get(entry.id);
    if (commit === undefined) fresh.push(entry);
    else await onSettled(await settleLanded(repository, store, entry, commit));
  }
  await speculate<QueueEntry, Link>(
    fresh,
    slots,
    {
      build: async (entry, on) => {
        const parent = on?.commit ?? tip;
        const link = await linkOn(context, session, entry, parent);
        if (link) await assertTrueMerge(session, entry, parent, link.tree);
        return link;
      },
      verify: (entry, link, cancelled) =>
        verify({ commit: link.commit, parent: link.parent, tree: link.tree, entry, signal: cancelled }),
      land: async (green) => {
        const chain = green.map(({ candidate, flaky }) =>
          flaky ? { ...candidate, entry: { ...candidate.entry, flaky: true } } : candidate,
        );
        const settled = await landChain(context, session, tip, chain);
        if (settled === 'moved') {
          moves += 1;
          if (moves === TIP_ATTEMPTS) throw targetBusy(first.target);
          tip = await targetTip(repository, first.target);
          return false;
        }
        tip = chain.at(-1)?.commit ?? tip;
        for (const entry of settled) await onSettled(entry);
        return true;
      },
      eject: async (entry, verdict) => {
        const output = verdict.output.slice(-OUTPUT_LIMIT);
        const next = { ...entry, state: 'rejected' as const, reason: 'verify failed twice', output };
        await onSettled(await store.write(entry, next));
      },
      unbuildable: async (entry) => {
        await onSettled(await landEntry(context, entry));
        tip = await targetTip(repository, first.target);
      },
    },
    () => signal?.aborted === true,
  );
}
