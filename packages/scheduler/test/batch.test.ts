import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SchedulerTicket } from '../src/backlog.ts';
import { batchesOf, findParallelBatch, planBatches } from '../src/batch.ts';
import { WorkerCountError } from '../src/errors.ts';
import { rankTickets } from '../src/priority.ts';
import { createScheduler } from '../src/scheduler.ts';
import { simulate } from '../src/simulate.ts';
import { backlogs, conflict } from './arbitrary-backlogs.ts';

const open = (
  id: string,
  dependencies: string[] = [],
  more: Partial<SchedulerTicket> = {},
): SchedulerTicket => ({
  id,
  dependencies,
  state: 'UNPROCESSED',
  ...more,
});

test('findParallelBatch: 10 independent tickets, size 3: the first 3 by priority', () => {
  const tickets = Array.from({ length: 10 }, (_, index) =>
    open(`T-${index}`, [], { priority: `P${4 - (index % 5)}` }),
  );
  expect(findParallelBatch(tickets, 3)).toEqual(['T-4', 'T-9', 'T-3']);
});

test('findParallelBatch: 2 with dependencies: only the independent ones', () => {
  expect(findParallelBatch([open('A'), open('B', ['A']), open('C'), open('D', ['B'])], 5)).toEqual([
    'A',
    'C',
  ]);
});

test('findParallelBatch: a dependency that is COMPLETED holds nobody up; a container is never given out', () => {
  const tickets = [
    open('A', [], { state: 'COMPLETED' }),
    open('B', ['A']),
    open('E', ['A', 'B'], { container: true }),
  ];
  expect(findParallelBatch(tickets, 5)).toEqual(['B']);
  expect(findParallelBatch(tickets, 5, { only: new Set(['E']) })).toEqual([]);
});

test('findParallelBatch: no room, no batch', () => {
  expect(findParallelBatch([open('A')], 0)).toEqual([]);
  expect(findParallelBatch([], 3)).toEqual([]);
});

test('findParallelBatch: is what a greedy choice by rank among all that is ready gives', () => {
  fc.assert(
    fc.property(backlogs, fc.nat(5), (tickets, size) => {
      const byId = new Map(tickets.map((ticket) => [ticket.id, ticket]));
      const completes = ({ state, container, dependencies }: SchedulerTicket): boolean =>
        state === 'COMPLETED' ||
        (container === true && state !== 'DEFERRED' && dependencies.every((to) => completes(byId.get(to)!)));
      const expected: SchedulerTicket[] = [];
      for (const { id } of rankTickets(tickets)) {
        const ticket = byId.get(id)!;
        const ready =
          ticket.state !== 'DEFERRED' && ticket.dependencies.every((to) => completes(byId.get(to)!));
        if (!ready || ticket.container || expected.length >= size) continue;
        if (!expected.some((other) => conflict(ticket, other))) expected.push(ticket);
      }
      expect(findParallelBatch(tickets, size)).toEqual(expected.map(({ id }) => id));
    }),
  );
});

test('planBatches: plans the backlog as if every batch succeeded, and says what is blocked', () => {
  const tickets = [
    open('A'),
    open('B'),
    open('C'),
    open('D', ['A']),
    open('E', ['D', 'C'], { container: true }),
    open('F', ['E']),
    open('X', [], { state: 'DEFERRED' }),
    open('Y', ['X', 'F']),
  ];
  expect(planBatches(tickets, 2)).toEqual({
    batches: [['A', 'C'], ['D', 'B'], ['F']],
    blocked: [{ id: 'Y', by: ['X'] }],
  });
});

test('planBatches: keeps rivals in different batches', () => {
  const tickets = [open('A', [], { files: ['x'] }), open('B', [], { files: ['x'] }), open('C')];
  expect(planBatches(tickets, 3).batches).toEqual([['A', 'C'], ['B']]);
});

test('planBatches: refuses no workers', () => {
  expect(() => planBatches([open('A')], 0)).toThrow(WorkerCountError);
});

test('batchesOf: a run whose tickets take equally long goes through in the batches that are planned', () => {
  fc.assert(
    fc.property(backlogs, fc.integer({ min: 1, max: 4 }), (tickets, workers) => {
      const alike = tickets.map((ticket) => ({ ...ticket, duration: 5 }));
      const { assignments } = simulate(alike, { workers });
      const planned = planBatches(alike, workers);
      expect(batchesOf(assignments)).toEqual(planned.batches);
      expect(createScheduler(alike).blocked()).toEqual(planned.blocked);
    }),
  );
});

test('batchesOf: any other run has none', () => {
  const [one, other] = [open('A', [], { duration: 5 }), open('B', [], { duration: 6 })];
  expect(batchesOf(simulate([one, other], { workers: 2 }).assignments)).toBeUndefined();
  const rules = { workers: 1, landingOf: () => 1 };
  expect(batchesOf(simulate([one], rules).assignments)).toBeUndefined();
  expect(batchesOf(simulate([one], { workers: 1, attemptsOf: () => 2 }).assignments)).toBeUndefined();
  expect(batchesOf(simulate([{ ...one, duration: 0 }], { workers: 1 }).assignments)).toBeUndefined();
  expect(batchesOf([])).toEqual([]);
});
