import { CandidateRefs } from '../landing/candidate-refs.ts';
import type { QueueEntry } from '../entries/entry.ts';
import { GROUP_MAX_ENTRIES } from '../landing/land-group.ts';
import { landChain, landTogether } from '../landing/land-chain.ts';
import { landInBatches } from './land-in-batches.ts';
import { isOfEntry } from '../errors.ts';
import {
  type Candidate,
  type LandingContext,
  OUTPUT_MAX_CHARS,
  MAX_TIP_ATTEMPTS,
  type Verdict,
} from '../landing/landing-context.ts';
import { type StagedLanding, stageLanding, settleRefused } from '../landing/staged-landing.ts';
import { settleLanded } from '../landing/settle.ts';
import { speculate } from './speculate.ts';
import { landedEntries, targetBusy, targetTip } from '../landing/target.ts';
import type { VerificationPorts } from './verification-ports.ts';

export interface Verification {
  readonly verify: (candidate: Candidate) => Promise<Verdict>;
  readonly mode: 'chain' | 'batch';
  readonly slots: number;
}

/**
 * Lands queued entries of one target. Every commit that the target moves to has passed verify. An entry that is not
 * settled stays queued.
 */
export async function landVerified(
  context: LandingContext,
  { verify, mode, slots }: Verification,
  entries: readonly QueueEntry[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const { session, store, arrivals, onSettled } = context;
  const [first] = entries;
  if (first === undefined) return;
  const { target } = first;
  let tip = await targetTip(session, target);
  let landed = await landedEntries(session, entries, tip);
  let moves = 0;
  // In a batch, only the last commit was verified itself, so the target must not stop before it.
  const landGreen = mode === 'batch' ? landTogether : landChain;
  const known = new Set(entries.map(({ id }) => id));
  const look = async () => {
    tip = await targetTip(session, target);
    landed = await landedEntries(session, entries, tip);
  };
  await using candidates = new CandidateRefs(context.repository, session);
  const ports: VerificationPorts<QueueEntry, StagedLanding> = {
    build: async (entry, below) => {
      if (landed.has(entry.id)) return undefined;
      try {
        for (let attempt = 1; ; attempt += 1) {
          const staged = await stageLanding(context, entry, below.at(-1)?.commit ?? tip, below);
          if ('refused' in staged) return undefined;
          await staged.verification;
          if ((await candidates.hold(entry.id, staged.commit)) || attempt === MAX_TIP_ATTEMPTS) return staged;
        }
      } catch (error) {
        if (isOfEntry(error)) return undefined;
        throw error;
      }
    },
    verify: (entry, { commit, parent, tree }, cancelled) =>
      verify({ commit, parent, tree, entry, signal: cancelled }),
    land: async (green) => {
      const chain = green.map(({ candidate, flaky }) =>
        flaky ? { ...candidate, entry: { ...candidate.entry, flaky: true } } : candidate,
      );
      const now = await landGreen(context, tip, chain);
      if (now !== undefined) {
        tip = now;
        return true;
      }
      moves += 1;
      if (moves === MAX_TIP_ATTEMPTS) throw targetBusy(target);
      await look();
      return false;
    },
    eject: async (entry, { output: all, log }) => {
      const output = all.slice(-OUTPUT_MAX_CHARS);
      const rejected = { ...entry, state: 'rejected' as const, reason: 'verify failed twice', output };
      await onSettled(await store.write(entry, log === undefined ? rejected : { ...rejected, log }));
    },
    unbuildable: async (entry) => {
      const there = landed.get(entry.id);
      if (there !== undefined) {
        const [settled] = await settleLanded(session, store, [{ entry, commit: there }]);
        await onSettled(settled as QueueEntry);
        return true;
      }
      try {
        const staged = await stageLanding(context, entry, tip, []);
        if ('refused' in staged) await onSettled(await settleRefused(context, entry, tip, staged.refused));
        else await staged.verification;
        return 'refused' in staged;
      } catch (error) {
        if (!isOfEntry(error)) throw error;
        context.onFailed(entry, error);
        return true;
      }
    },
    more: () => {
      const fresh = arrivals.take(target).filter(({ id, state }) => state === 'queued' && !known.has(id));
      for (const { id } of fresh) known.add(id);
      return fresh;
    },
    arrival: () => arrivals.wait(),
    stopped: () => signal?.aborted === true,
  };
  if (mode === 'batch') await landInBatches(entries, GROUP_MAX_ENTRIES, ports);
  else await speculate(entries, slots, ports);
}
