import type { QueueEntry } from '../entries/entry.ts';
import { landChain } from './land-chain.ts';
import { type LandingContext, MAX_TIP_ATTEMPTS } from './landing-context.ts';
import { isOfEntry } from '../errors.ts';
import { type StagedLanding, stageLanding, type NotStaged, settleRefused } from './staged-landing.ts';
import { settleLanded } from './settle.ts';
import { landedEntries, targetBusy, targetTip } from './target.ts';

/** The most entries that land together, which limits what has to be merged again after a kill. */
export const GROUP_MAX_ENTRIES = 500;

/**
 * Lands queued entries of one target, each as a commit on top of the previous one. An entry that cannot be put on top
 * of the previous one ends the group, and becomes the first of the next group, on top of what has really landed.
 * Settles at least the first entry, or throws the reason why it cannot.
 */
export async function landGroup(context: LandingContext, entries: readonly QueueEntry[]): Promise<void> {
  const { store, session, onSettled } = context;
  const [first] = entries;
  if (first === undefined) return;
  for (let attempt = 1; attempt <= MAX_TIP_ATTEMPTS; attempt += 1) {
    const tip = await targetTip(session, first.target);
    const landed = await landedEntries(session, entries, tip);
    const there = landed.get(first.id);
    if (there !== undefined) {
      const [settled] = await settleLanded(session, store, [{ entry: first, commit: there }]);
      return onSettled(settled as QueueEntry);
    }
    // All requested at once: git answers while the first ones are merged.
    for (const { commit } of entries) void session.readCommit(commit).catch(() => undefined);
    const chain: StagedLanding[] = [];
    for (const entry of entries) {
      if (landed.has(entry.id)) break;
      let staged: StagedLanding | NotStaged;
      try {
        staged = await stageLanding(context, entry, chain.at(-1)?.commit ?? tip, chain);
      } catch (error) {
        if (chain.length > 0 && isOfEntry(error)) break;
        throw error;
      }
      if ('refused' in staged) {
        if (chain.length === 0) return onSettled(await settleRefused(context, entry, tip, staged.refused));
        break;
      }
      chain.push(staged);
    }
    await dropUnverified(chain);
    context.onStep?.('chain-built');
    if ((await landChain(context, tip, chain)) !== undefined) return;
  }
  throw targetBusy(first.target);
}

/** Cuts the chain before a landing that is not the true merge. Throws if that is the first one. */
async function dropUnverified(chain: StagedLanding[]): Promise<void> {
  for (const [n, { verification }] of chain.entries()) {
    try {
      await verification;
    } catch (error) {
      if (n === 0 || !isOfEntry(error)) throw error;
      chain.length = n;
    }
  }
}
