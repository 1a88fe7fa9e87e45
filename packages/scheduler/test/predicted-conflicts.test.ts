import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planBatches } from '../src/batch.ts';
import { explainStart } from '../src/explain-start.ts';
import { conflictChances, predictConflict } from '../src/predicted-conflicts.ts';
import type { LikelyFile } from '../src/predicted-conflicts.ts';
import { createScheduler } from '../src/scheduler.ts';
import { simulate } from '../src/simulate.ts';
import { backlogs } from './arbitrary-backlogs.ts';

const likely = (chances: Record<string, number>): LikelyFile[] =>
  Object.entries(chances).map(([path, chance]) => ({ path, chance }));

test('predictConflict: is the chance that both change at least one file', () => {
  expect(predictConflict(likely({ a: 0.5, b: 0.5, c: 1 }), likely({ a: 0.5, b: 1, d: 1 }))).toEqual({
    chance: 1 - 0.75 * 0.5,
    paths: ['b', 'a'],
  });
  expect(predictConflict(likely({ a: 1 }), likely({ b: 1 }))).toEqual({ chance: 0, paths: [] });
  expect(predictConflict(likely({ a: 1 }), likely({ a: 1 })).chance).toBe(1);
});

test('predictConflict: is what counting all cases gives', () => {
  const chances = fc.array(fc.constantFrom(0, 0.25, 0.5, 1), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(chances, chances, (one, other) => {
      const files = (list: readonly number[]) => list.map((chance, path) => ({ path: `${path}`, chance }));
      let expected = 0;
      for (let mine = 0; mine < 8; mine++) {
        for (let theirs = 0; theirs < 8; theirs++) {
          const of = (list: readonly number[], changed: number) =>
            list.reduce((product, p, bit) => product * (changed & (1 << bit) ? p : 1 - p), 1);
          if ((mine & theirs) !== 0) expected += of(one, mine) * of(other, theirs);
        }
      }
      expect(predictConflict(files(one), files(other)).chance).toBeCloseTo(expected, 12);
    }),
  );
});

test('predictConflict: by ids it is symmetric, and asked for once', () => {
  let asked = 0;
  const chance = conflictChances((id) => {
    asked++;
    return likely({ [id < 'C' ? 'x' : 'y']: 0.5 });
  });
  expect([chance('A', 'B'), chance('B', 'A'), chance('A', 'C')]).toEqual([0.25, 0.25, 0]);
  expect(asked).toBe(4);
});

/** Tickets without dependencies, as long as their numbers say. */
const tickets = Object.entries({ A: 10, B: 9, C: 8, D: 7 }).map(([id, duration]) => {
  return { id, dependencies: [], duration };
});
const between = (pairs: Record<string, number>) => (one: string, other: string) =>
  pairs[[one, other].toSorted().join('')] ?? 0;

test('a scheduler that knows the chance of conflicts: passes over what probably conflicts with a running ticket, while there is other work', () => {
  const conflictChance = between({ AB: 0.6 });
  expect(planBatches(tickets, 2, { conflictChance }).batches).toEqual([
    ['A', 'C'],
    ['B', 'D'],
  ]);
  const { assignments } = simulate(tickets, { workers: 2, conflictChance });
  expect(assignments.map(({ id, start }) => `${id}${start}`)).toEqual(['A0', 'C0', 'D8', 'B10']);
  expect(explainStart(tickets, assignments, 'B', { conflictChance })).toEqual({
    because: 'predicted-conflict',
    ticket: 'A',
  });
  expect(explainStart(tickets, assignments, 'D', { conflictChance })).toEqual({ because: 'workers' });
});

test('a scheduler that knows the chance of conflicts: but not where the chain that it holds up is worth more than the minutes that may be lost', () => {
  // 0.1 of 9 minutes is less than the minute between B and C.
  expect(planBatches(tickets, 2, { conflictChance: between({ AB: 0.1 }) }).batches[0]).toEqual(['A', 'B']);
  const urgent = tickets.map((one) => (one.id === 'B' ? { ...one, priority: 'P0' } : one));
  const first = urgent.map((one) => (one.id === 'A' ? { ...one, priority: 'P0' } : one));
  expect(planBatches(first, 2, { conflictChance: between({ AB: 1 }) }).batches[0]).toEqual(['A', 'B']);
});

test('a scheduler that knows the chance of conflicts: does not ask about tickets that conflict with none', () => {
  const asked = new Set<string>();
  const between = (one: string, other: string): number => {
    asked.add(one).add(other);
    return 0;
  };
  const mayConflict = (id: string): boolean => id !== 'A';
  planBatches(tickets, 2, { conflictChance: Object.assign(between, { mayConflict }) });
  expect(asked).not.toContain('A');
  expect(asked).toContain('C');
});

test('a scheduler that knows the chance of conflicts: leaves no worker idle for a guess', () => {
  expect(planBatches(tickets, 4, { conflictChance: () => 1 }).batches).toHaveLength(1);
});

test('a scheduler that knows the chance of conflicts: runs as many at a time as one that knows nothing, and completes the same', () => {
  fc.assert(
    fc.property(
      backlogs,
      fc.integer({ min: 1, max: 4 }),
      fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
      (backlog, workers, chances) => {
        const drawn = backlog.map((one, nth) => ({ ...one, component: nth % 2 === 0 ? 'even' : 'odd' }));
        const known = new Map<string, number>();
        const conflictChance = (one: string, other: string): number => {
          const pair = [one, other].toSorted().join();
          const chance = known.get(pair) ?? chances.next().value;
          known.set(pair, chance);
          return chance;
        };
        const limits = new Map([['even', 1]]);
        const scheduler = createScheduler(drawn, { conflictChance, limits, patience: 3 });
        const plain = createScheduler(drawn, { limits, patience: 3 });
        const running: string[] = [];
        const released = new Set<string>();
        for (;;) {
          // A twin in the same state has something to start exactly when this one has.
          while (running.length < workers) {
            const id = scheduler.next();
            expect(scheduler.next()).toBe(id);
            expect(plain.next() === undefined).toBe(id === undefined);
            if (id === undefined) break;
            scheduler.started(id);
            plain.started(id);
            running.push(id);
          }
          const ended = running.shift();
          if (ended === undefined) break;
          if (!released.has(ended) && chances.next().value < 0.3) {
            released.add(ended);
            scheduler.released(ended);
            plain.released(ended);
            continue;
          }
          expect(scheduler.completed(ended)).toEqual(plain.completed(ended));
        }
        expect(scheduler.remaining).toBe(plain.remaining);
        expect(scheduler.blocked()).toEqual(plain.blocked());
      },
    ),
    { numRuns: 500 },
  );
});

test('a scheduler that knows the chance of conflicts: nobody is passed over more often than patience allows', () => {
  const many = Array.from({ length: 60 }, (_, nth) => ({ id: `T-${nth}`, dependencies: [], duration: 5 }));
  const feared = [
    { id: 'LAST', dependencies: [], duration: 6 },
    { id: 'LONG', dependencies: [], duration: 99 },
  ];
  const scheduler = createScheduler([...feared, ...many], {
    conflictChance: between({ LASTLONG: 1 }),
    patience: 10,
  });
  const order: string[] = [];
  for (let id = scheduler.next(); id !== 'LAST'; id = scheduler.next()) {
    order.push(id!);
    scheduler.started(id!);
    if (id !== 'LONG') scheduler.completed(id!);
  }
  expect(order[0]).toBe('LONG');
  expect(order).toHaveLength(10);
});
