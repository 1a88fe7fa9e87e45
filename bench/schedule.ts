// How close the scheduler comes to the best plan there can be: 400 seeded backlogs of 1,000 tickets.
import { planBatches, rankTickets, type SchedulerTicket, simulate } from '@sage/scheduler';
import { drawBacklog } from './backlogs.ts';
import { seeded } from './seeded.ts';

const BACKLOGS = 400;
const SIZE = 1_000;
const WORKERS = [3, 8, 32];
const LARGE = { backlogs: 24, size: 10_000, workers: 128 };
/** The chance that an attempt fails. */
const FAILING = 0.1;
const PRIORITIES = ['P0', 'P1', 'P2', 'P3', 'P4'];

interface Tally {
  sum: number;
  worst: number;
  count: number;
}

/** No plan is shorter than all work spread evenly, or than the longest chain. */
function bound(
  tickets: readonly SchedulerTicket[],
  minutesOf: (id: string) => number,
  workers: number,
): number {
  let work = 0;
  for (const { id } of tickets) work += minutesOf(id);
  const real = tickets.map((ticket) => ({ ...ticket, duration: minutesOf(ticket.id) }));
  return Math.max(work / workers, ...rankTickets(real).map(({ remaining }) => remaining));
}

/** Each batch takes as long as its longest ticket. */
function withBarrier(batches: readonly (readonly string[])[], minutesOf: (id: string) => number): number {
  return batches.reduce((sum, batch) => sum + Math.max(...batch.map(minutesOf)), 0);
}

export function schedule(): Promise<string[]> {
  const tallies = new Map<string, Tally>();
  const count = (name: string, workers: number, ratio: number): void => {
    const key = `${name} | ${workers}`;
    const tally = tallies.get(key) ?? { sum: 0, worst: 0, count: 0 };
    tallies.set(key, tally);
    tally.sum += ratio;
    tally.worst = Math.max(tally.worst, ratio);
    tally.count++;
  };
  let together = 0;
  for (let seed = 0; seed < BACKLOGS; seed++) {
    const { tickets, minutes } = drawBacklog(seed, SIZE);
    const took = (id: string): number => minutes.get(id) ?? Number.NaN;
    const random = seeded(seed + 1_000_000);
    const urgent = tickets.map((one) => ({ ...one, priority: PRIORITIES[Math.floor(random() * 5)] }));
    // A third of the tickets declare one of 150 files.
    const filed = tickets.map((one) =>
      random() < 1 / 3 ? { ...one, files: [`f${Math.floor(random() * 150)}`] } : one,
    );
    // After all of its time, and the ticket is tried again.
    const attempts = new Map(tickets.map(({ id }) => [id, 1 + failures(random)]));
    for (const workers of WORKERS) {
      const best = bound(tickets, took, workers);
      count('continuous', workers, simulate(tickets, { workers, durationOf: took }).makespan / best);
      count(
        'batches, the same order',
        workers,
        withBarrier(planBatches(tickets, workers).batches, took) / best,
      );
      const plain = tickets.map(({ id, dependencies }) => ({ id, dependencies }));
      count(
        'batches, by waiting tickets only',
        workers,
        withBarrier(planBatches(plain, workers).batches, took) / best,
      );
      count(
        'continuous, priorities at random',
        workers,
        simulate(urgent, { workers, durationOf: took }).makespan / best,
      );
      const run = simulate(filed, { workers, durationOf: took });
      together += overlaps(run.assignments, filed);
      count('continuous, a third with files', workers, run.makespan / best);
      const again = (id: string): number => took(id) * (attempts.get(id) ?? 1);
      const bestOfAll = bound(tickets, again, workers);
      const real = { workers, durationOf: took, attemptsOf: (id: string) => attempts.get(id) ?? 1 };
      const expected = { ...real, failing: FAILING };
      count('continuous, 1 attempt in 10 fails', workers, simulate(tickets, expected).makespan / bestOfAll);
      count(
        'continuous, 1 attempt in 10 fails, none expected to',
        workers,
        simulate(tickets, real).makespan / bestOfAll,
      );
      const exact = tickets.map((one) => ({ ...one, duration: took(one.id) }));
      count(
        'continuous, 1 attempt in 10 fails, minutes foreseen',
        workers,
        simulate(exact, expected).makespan / bestOfAll,
      );
      const foreseen = tickets.map((one) => ({ ...one, duration: again(one.id) }));
      count(
        'continuous, 1 attempt in 10 fails, foreseen',
        workers,
        simulate(foreseen, real).makespan / bestOfAll,
      );
    }
  }
  for (let seed = 0; seed < LARGE.backlogs; seed++) {
    const { tickets, minutes } = drawBacklog(seed, LARGE.size);
    const took = (id: string): number => minutes.get(id) ?? Number.NaN;
    const { makespan } = simulate(tickets, { workers: LARGE.workers, durationOf: took });
    count(
      `continuous, ${LARGE.backlogs} backlogs of ${LARGE.size} tickets`,
      LARGE.workers,
      makespan / bound(tickets, took, LARGE.workers),
    );
  }
  return Promise.resolve([
    `${BACKLOGS} seeded backlogs of ${SIZE} tickets, estimates off by a factor of up to two: makespan over max(work / workers, longest chain)`,
    '',
    '| plan | workers | mean | worst |',
    '|---|---|---|---|',
    ...[...tallies]
      .toSorted(([a], [b]) => (a.split(' | ')[0]! < b.split(' | ')[0]! ? -1 : 1))
      .map(
        ([key, { sum, worst, count: all }]) => `| ${key} | ${(sum / all).toFixed(4)} | ${worst.toFixed(4)} |`,
      ),
    '',
    `Conflicting tickets that ran at the same time: ${together}.`,
  ]);
}

function failures(random: () => number): number {
  let count = 0;
  while (random() < FAILING) count++;
  return count;
}

function overlaps(
  assignments: readonly { id: string; start: number; end: number }[],
  tickets: readonly SchedulerTicket[],
): number {
  const filesOf = new Map(tickets.map(({ id, files = [] }) => [id, files]));
  const byFile = new Map<string, { start: number; end: number }[]>();
  for (const one of assignments) {
    for (const file of filesOf.get(one.id) ?? []) byFile.set(file, [...(byFile.get(file) ?? []), one]);
  }
  let found = 0;
  for (const users of byFile.values()) {
    const inOrder = users.toSorted((a, b) => a.start - b.start);
    inOrder.slice(1).forEach((one, index) => (found += one.start < inOrder[index]!.end ? 1 : 0));
  }
  return found;
}
