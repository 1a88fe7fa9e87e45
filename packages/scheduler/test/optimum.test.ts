import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SchedulerTicket } from '../src/backlog.ts';
import { recommendWorkers } from '../src/recommend.ts';
import { simulate } from '../src/simulate.ts';

const GRAPHS = 1000;
const CAP = 4;

const tiny = fc
  .record({
    minutes: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 7 }),
    edges: fc.array(fc.tuple(fc.nat(6), fc.nat(6)), { maxLength: 8 }),
  })
  .map(({ minutes, edges }) =>
    minutes.map((duration, nth): SchedulerTicket & { duration: number } => {
      const earlier = edges.filter(([from, to]) => from === nth && to < nth);
      return { id: `T-${nth}`, duration, dependencies: [...new Set(earlier.map(([, to]) => `T-${to}`))] };
    }),
  );

const graphs = fc.sample(tiny, { numRuns: GRAPHS, seed: 1 });
const optima = graphs.map((tickets) =>
  Array.from({ length: Math.min(CAP, tickets.length) }, (_, nth) => optimum(tickets, nth + 1)),
);

test('against the true optimum of tiny graphs, plans are as short as any can be in 95 of 100, and never more than a third longer', () => {
  const ratios = optima.flatMap((makespans, graph) =>
    makespans.map((best, nth) => simulate(graphs[graph]!, { workers: nth + 1 }).makespan / best),
  );
  expect(Math.min(...ratios)).toBe(1);
  expect(ratios.filter((ratio) => ratio === 1).length / ratios.length).toBeGreaterThan(0.95);
  expect(Math.max(...ratios)).toBeLessThan(4 / 3);
});

test('against the true optimum of tiny graphs, the recommended number of workers is the best in 99 of 100, and never more than one off', () => {
  let right = 0;
  optima.forEach((makespans, graph) => {
    const best = makespans.findIndex((makespan) => makespan <= Math.min(...makespans) * 1.05) + 1;
    const { workers } = recommendWorkers(graphs[graph]!, { cap: CAP });
    expect(Math.abs(workers - best)).toBeLessThanOrEqual(1);
    if (workers === best) right++;
  });
  expect(right / GRAPHS).toBeGreaterThanOrEqual(0.99);
});

/**
 * The shortest makespan there is: every order that keeps the dependencies, each ticket as early as it can be after
 * those before it in the order. One of these schedules is optimal (active schedules; Giffler and Thompson, 1960).
 */
function optimum(tickets: readonly (SchedulerTicket & { duration: number })[], workers: number): number {
  let best = Infinity;
  const placed = new Map<string, { start: number; end: number }>();
  const place = (makespan: number): void => {
    if (makespan >= best) return;
    if (placed.size === tickets.length) {
      best = makespan;
      return;
    }
    for (const { id, duration, dependencies } of tickets) {
      if (placed.has(id) || !dependencies.every((to) => placed.has(to))) continue;
      const from = Math.max(0, ...dependencies.map((to) => placed.get(to)!.end));
      let start = from;
      while (!isFree(start, start + duration)) start++;
      placed.set(id, { start, end: start + duration });
      place(Math.max(makespan, start + duration));
      placed.delete(id);
    }
  };
  /** Minute by minute, as durations are whole minutes. */
  const isFree = (start: number, end: number): boolean => {
    for (let minute = start; minute < end; minute++) {
      let busy = 0;
      for (const one of placed.values()) if (one.start <= minute && minute < one.end) busy++;
      if (busy >= workers) return false;
    }
    return true;
  };
  place(0);
  return best;
}
