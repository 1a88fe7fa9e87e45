import fc from 'fast-check';
import { expect, test } from 'vitest';
import { criticalPath } from '../src/critical-path.ts';
import { simulate } from '../src/simulate.ts';
import { backlogs } from './arbitrary-backlogs.ts';

test('leads through containers, and leaves out what is done or blocked', () => {
  const tickets = [
    { id: 'DONE', dependencies: [], duration: 99, state: 'COMPLETED' },
    { id: 'A', dependencies: ['DONE'], duration: 5 },
    { id: 'EPIC', dependencies: ['A'], container: true },
    { id: 'B', dependencies: ['EPIC'], duration: 5 },
    { id: 'C', dependencies: [], duration: 7 },
    { id: 'D', dependencies: [], duration: 50, state: 'DEFERRED' },
    { id: 'E', dependencies: ['D'], duration: 50 },
  ];
  expect(criticalPath(tickets)).toEqual(['A', 'B']);
  expect(criticalPath([])).toEqual([]);
  expect(criticalPath([{ id: 'X', dependencies: ['gone'] }], new Set(['gone']))).toEqual(['X']);
});

test('takes as long as a run with a worker for every ticket and no conflicts', () => {
  fc.assert(
    fc.property(backlogs, (drawn) => {
      const tickets = drawn.map((ticket) => ({
        ...ticket,
        duration: ticket.duration ?? 3,
        files: [],
        conflictsWith: [],
      }));
      const durations = new Map(tickets.map(({ id, duration }) => [id, duration]));
      const length = criticalPath(tickets).reduce((sum, id) => sum + durations.get(id)!, 0);
      expect(simulate(tickets, { workers: 20 }).makespan).toBe(length);
    }),
  );
});
