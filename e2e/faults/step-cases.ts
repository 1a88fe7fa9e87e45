import { type Step, CRASH_POINTS } from '@sage/commit-queue';
import type { Case, Kill } from './campaign.ts';
import { WAYS } from './ways.ts';

const WHO = { process: 'the queue', gits: 'its gits', all: 'queue and gits' } as const;

/** Passed for each entry of a group. */
const PER_ENTRY: readonly Step[] = ['merged', 'committed'];

/** Every step of every way to land, killed each way; where a step comes for each entry, at this one. */
export function stepCases(entry: number): Case[] {
  return WAYS.flatMap((way) =>
    (['process', 'gits', 'all'] as const).map((who) => ({
      name: `${WHO[who]} killed at each step, ${way}`,
      way,
      rounds: CRASH_POINTS.map((at) => ({
        kills: [{ at, occurrence: PER_ENTRY.includes(at) ? entry : 1, who }],
      })),
    })),
  );
}

/** The recovery from one kill is killed in turn, at each of its steps, and so is the recovery from that. */
export function doubleCrashes(): Case[] {
  const first = [
    'intent-written',
    'target-moved',
    'checkouts-moved',
    'entries-settled',
    'pins-removed',
  ] as const;
  const then = [
    'stale-locks-removed',
    'checkouts-finished',
    'entries-settled',
    'pins-removed',
    'intent-forgotten',
    'recovered',
  ] as const;
  const who = 'all';
  return (['in groups', 'with a managed file'] as const).map((way) => ({
    name: `killed in the recovery, twice, ${way}`,
    way,
    rounds: first.flatMap((one) =>
      then.map((two) => {
        const kills: Kill[] = [one, two, two].map((at) => ({ at, occurrence: 1, who }));
        return { kills };
      }),
    ),
  }));
}
