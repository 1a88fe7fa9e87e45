import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SchedulerTicket } from '../src/backlog.ts';
import { recommendWorkers } from '../src/recommend.ts';
import { simulate } from '../src/simulate.ts';
import { backlogs } from './arbitrary-backlogs.ts';

const independent = (count: number): SchedulerTicket[] =>
  Array.from({ length: count }, (_, index) => ({ id: `T-${index}`, dependencies: [], duration: 10 }));

test('recommendWorkers: 9 equal tickets: as many workers as are allowed, where they help', () => {
  expect(recommendWorkers(independent(9), { cap: 3 })).toEqual({
    workers: 3,
    reason: '3 workers are 3 times as fast as one; 2 would be 1.8 times as fast.',
    table: [
      { workers: 1, makespan: 90 },
      { workers: 2, makespan: 50 },
      { workers: 3, makespan: 30 },
    ],
  });
});

test('recommendWorkers: no more than help', () => {
  expect(recommendWorkers(independent(4), { cap: 3 })).toMatchObject({
    workers: 2,
    reason: '2 workers are 2 times as fast as one, and no number up to 3 gains 5 % more.',
  });
  const chain = independent(5).map((ticket, index) => ({
    ...ticket,
    dependencies: index === 0 ? [] : [`T-${index - 1}`],
  }));
  expect(recommendWorkers(chain, { cap: 8 })).toMatchObject({
    workers: 1,
    reason: 'More workers, up to 5, gain less than 5 %: the tickets wait for each other.',
  });
});

test('recommendWorkers: one worker if there is nothing to choose', () => {
  expect(recommendWorkers([], { cap: 8 })).toEqual({
    workers: 1,
    reason: 'No ticket can run now, so one worker is enough.',
    table: [{ workers: 1, makespan: 0 }],
  });
  expect(recommendWorkers(independent(1), { cap: 8 }).reason).toBe('There is one ticket to run.');
  expect(recommendWorkers(independent(5), { cap: 1 }).reason).toBe('No more than one worker was allowed.');
});

test('recommendWorkers: is the smallest number within 5 % of the best, by trying them all', () => {
  fc.assert(
    fc.property(backlogs, fc.integer({ min: 1, max: 6 }), (tickets, cap) => {
      const makespans = Array.from(
        { length: cap },
        (_, index) => simulate(tickets, { workers: index + 1 }).makespan,
      );
      const best = Math.min(...makespans);
      const { workers } = recommendWorkers(tickets, { cap });
      expect(makespans[workers - 1]).toBeLessThanOrEqual(best * 1.05);
      for (const makespan of makespans.slice(0, workers - 1)) expect(makespan).toBeGreaterThan(best * 1.05);
    }),
  );
});

test('recommendWorkers: is the best number by its objective, counted by a simulation of another make', () => {
  const durations = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 });
  const links = fc.array(fc.tuple(fc.nat(19), fc.nat(19)), { maxLength: 30 });
  fc.assert(
    fc.property(durations, links, fc.integer({ min: 1, max: 12 }), (minutes, edges, cap) => {
      const tickets = minutes.map((duration, nth): SchedulerTicket => {
        const earlier = edges.filter(([from, to]) => from === nth && to < nth);
        return { id: `T-${nth}`, duration, dependencies: earlier.map(([, to]) => `T-${to}`) };
      });
      const spans = Array.from({ length: Math.min(cap, tickets.length) }, (_, nth) => {
        return minuteByMinute(tickets, nth + 1);
      });
      const best = spans.findIndex((span) => span <= Math.min(...spans) * 1.05) + 1;
      expect(recommendWorkers(tickets, { cap }).workers).toBe(best);
    }),
    { numRuns: 1000 },
  );
});

/** Every minute: who is done, then who starts, the longest remaining chain first. */
function minuteByMinute(tickets: readonly SchedulerTicket[], workers: number): number {
  const left = new Map(tickets.map(({ id, duration }) => [id, duration!]));
  const chain = (id: string): number => {
    const after = tickets.filter(({ dependencies }) => dependencies.includes(id));
    return (
      tickets.find((one) => one.id === id)!.duration! + Math.max(0, ...after.map((one) => chain(one.id)))
    );
  };
  const order = tickets
    .map((one) => ({ ...one, chain: chain(one.id) }))
    .toSorted((a, b) => b.chain - a.chain || (a.id < b.id ? -1 : 1));
  const running = new Set<string>();
  for (let minute = 0; ; minute++) {
    for (const id of running) {
      left.set(id, left.get(id)! - 1);
      if (left.get(id) === 0) running.delete(id);
    }
    if ([...left.values()].every((rest) => rest === 0)) return minute;
    for (const { id, dependencies } of order) {
      const free = left.get(id)! > 0 && !running.has(id) && running.size < workers;
      if (free && dependencies.every((to) => left.get(to) === 0)) running.add(id);
    }
  }
}
