import { InvalidDurationError } from '@sage/graph';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SchedulerTicket } from '../src/backlog.ts';
import { WorkerCountError } from '../src/errors.ts';
import { rankTickets } from '../src/priority.ts';
import { simulate } from '../src/simulate.ts';
import { backlogs, conflict } from './arbitrary-backlogs.ts';

const ticket = (
  id: string,
  duration: number,
  dependencies: string[] = [],
  more: Partial<SchedulerTicket> = {},
): SchedulerTicket => ({
  id,
  duration,
  dependencies,
  ...more,
});

test('simulate: a free worker takes the next ticket at once, without a barrier', () => {
  const result = simulate([ticket('A', 4), ticket('B', 1), ticket('C', 2, ['B']), ticket('D', 1, ['C'])], {
    workers: 2,
  });
  expect(result).toEqual({
    makespan: 4,
    utilisation: 1,
    cost: 0,
    assignments: [
      { id: 'A', worker: 1, start: 0, end: 4, landed: 4, attempt: 1 },
      { id: 'B', worker: 2, start: 0, end: 1, landed: 1, attempt: 1 },
      { id: 'C', worker: 2, start: 1, end: 3, landed: 3, attempt: 1 },
      { id: 'D', worker: 2, start: 3, end: 4, landed: 4, attempt: 1 },
    ],
  });
});

test.each([Number.NaN, Infinity, -1])(
  'simulate: an attempt or a landing of %d minutes is refused',
  (minutes) => {
    const tickets = [{ id: 'A', dependencies: [] }];
    for (const one of [{ durationOf: () => minutes }, { landingOf: () => minutes }])
      expect(() => simulate(tickets, { workers: 1, ...one })).toThrow(InvalidDurationError);
  },
);

test('simulate: plans by the tickets but runs by the durations given', () => {
  const tickets = [ticket('A', 1), ticket('B', 2), ticket('C', 3)];
  const { makespan, assignments, utilisation } = simulate(tickets, { workers: 2, durationOf: () => 10 });
  expect(assignments.map(({ id, worker }) => `${id}${worker}`)).toEqual(['C1', 'B2', 'A1']);
  expect(makespan).toBe(20);
  expect(utilisation).toBe(0.75);
});

test('simulate: tries what fails again, and pays for every attempt', () => {
  const { assignments, cost, makespan } = simulate([ticket('A', 3), ticket('B', 1, ['A'])], {
    workers: 2,
    attemptsOf: (id) => (id === 'A' ? 2 : 1),
    costPerMinute: 0.5,
  });
  expect(assignments.map(({ id, attempt, start, end }) => [id, attempt, start, end])).toEqual([
    ['A', 1, 0, 3],
    ['A', 2, 3, 6],
    ['B', 1, 6, 7],
  ]);
  expect([makespan, cost]).toEqual([7, 3.5]);
});

test('simulate: what is under way goes on first, for the rest of its time', () => {
  const tickets = [ticket('A', 9), ticket('B', 4), ticket('C', 5), ticket('D', 2, ['B']), ticket('E', 3)];
  const underWay = new Map([
    ['B', 1],
    ['C', 99],
  ]);
  const landing = new Map([['E', 5]]);
  const landingOf = (id: string) => (id === 'E' ? 6 : 0);
  const { assignments } = simulate(tickets, { workers: 2, underWay, landing, landingOf });
  expect(assignments.map(({ id, start, end }) => [id, start, end])).toEqual([
    ['B', 0, 3],
    ['C', 0, 0],
    ['A', 0, 9],
    ['D', 3, 5],
  ]);
});

test('simulate: what waits for a ticket waits for its landing, its worker does not', () => {
  const tickets = [ticket('A', 3), ticket('B', 1, ['A']), ticket('C', 2)];
  const { assignments, makespan } = simulate(tickets, { workers: 1, landingOf: () => 4 });
  expect(assignments.map(({ id, start, end, landed }) => [id, start, end, landed])).toEqual([
    ['A', 0, 3, 7],
    ['C', 3, 5, 9],
    ['B', 7, 8, 12],
  ]);
  expect(makespan).toBe(12);
});

test('simulate: work that is rejected when it lands is done again', () => {
  const landing = new Map([['A', 1]]);
  const { assignments } = simulate([ticket('A', 3)], {
    workers: 1,
    landing,
    landingOf: (_, attempt) => (attempt === 1 ? 3 : 0),
    attemptsOf: () => 2,
  });
  expect(assignments).toEqual([{ id: 'A', worker: 1, start: 2, end: 5, landed: 5, attempt: 2 }]);
});

test('simulate: what waits for a ticket that is deferred never runs', () => {
  const tickets = [ticket('A', 3), ticket('B', 1, ['A']), ticket('C', 1)];
  const { assignments, makespan } = simulate(tickets, {
    workers: 1,
    attemptsOf: (id) => (id === 'A' ? 2 : 1),
    isDeferred: (id) => id === 'A',
  });
  expect(assignments.map(({ id }) => id)).toEqual(['A', 'A', 'C']);
  expect(makespan).toBe(7);
});

test('simulate: no more run at the same time than are allowed by then', () => {
  const tickets = ['A', 'B', 'C', 'D'].map((id) => ticket(id, 10));
  const starts = (allowed: { from: number; workers: number }[]) =>
    simulate(tickets, { workers: 3, allowed }).assignments.map(({ start }) => start);
  expect(
    starts([
      { from: 5, workers: 1 },
      { from: 6, workers: 2 },
      { from: 7, workers: 9 },
    ]),
  ).toEqual([5, 6, 7, 15]);
  expect(starts([{ from: 0, workers: 1 }])).toEqual([0, 10, 20, 30]);
  expect(starts([])).toEqual([]);
  expect(
    simulate([ticket('A', 1)], {
      workers: 1,
      allowed: [
        { from: 0, workers: 1 },
        { from: 60, workers: 2 },
      ],
    }).makespan,
  ).toBe(1);
});

test('simulate: of nothing takes no time', () => {
  expect(simulate([], { workers: 3 })).toEqual({
    makespan: 0,
    utilisation: 0,
    cost: 0,
    assignments: [],
  });
});

test('simulate: refuses no workers', () => {
  expect(() => simulate([], { workers: 0 })).toThrow(WorkerCountError);
});

test('simulate: keeps dependencies, conflicts and the number of workers, within the bounds of any list schedule', () => {
  fc.assert(
    fc.property(backlogs, fc.integer({ min: 1, max: 4 }), (tickets, workers) => {
      const { makespan, assignments } = simulate(tickets, { workers });
      const byId = new Map(tickets.map((one) => [one.id, one]));
      const at = new Map(assignments.map((assignment) => [assignment.id, assignment]));
      assignments.forEach((one, index) => {
        for (const to of byId.get(one.id)!.dependencies)
          expect(at.get(to)?.end ?? 0).toBeLessThanOrEqual(one.start);
        for (const other of assignments.slice(index + 1)) {
          const together = one.start < other.end && other.start < one.end;
          expect(together && one.worker === other.worker).toBe(false);
          expect(together && conflict(byId.get(one.id)!, byId.get(other.id)!)).toBe(false);
        }
        expect(one.worker).toBeLessThanOrEqual(workers);
      });
      const work = assignments.reduce((sum, { start, end }) => sum + end - start, 0);
      expect(makespan).toBe(Math.max(0, ...assignments.map(({ end }) => end)));
      expect(makespan).toBeGreaterThanOrEqual(work / workers);
      expect(makespan).toBeLessThanOrEqual(work);
    }),
  );
});

test("simulate: without conflicts stays within Graham's bound: work / workers + (1 - 1 / workers) * longest chain", () => {
  fc.assert(
    fc.property(backlogs, fc.integer({ min: 1, max: 4 }), (drawn, workers) => {
      const tickets = drawn.map((one) => ({ ...one, state: 'UNPROCESSED', files: [], conflictsWith: [] }));
      const { makespan, assignments } = simulate(tickets, { workers });
      const work = assignments.reduce((sum, { start, end }) => sum + end - start, 0);
      const longest = Math.max(0, ...rankTickets(tickets).map(({ remaining }) => remaining));
      expect(makespan).toBeGreaterThanOrEqual(longest);
      expect(makespan).toBeLessThanOrEqual(work / workers + (1 - 1 / workers) * longest + 1e-9);
    }),
  );
});
