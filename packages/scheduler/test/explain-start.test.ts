import { expect, test } from 'vitest';
import type { SchedulerTicket } from '../src/backlog.ts';
import { explainStart } from '../src/explain-start.ts';
import { simulate } from '../src/simulate.ts';

const tickets: SchedulerTicket[] = [
  { id: 'A', dependencies: [], duration: 9 },
  { id: 'B', dependencies: [], duration: 4, files: ['x'] },
  { id: 'C', dependencies: [], duration: 3, files: ['x'] },
  { id: 'EPIC', dependencies: ['B'], container: true },
  { id: 'D', dependencies: ['EPIC'], duration: 8 },
  { id: 'E', dependencies: [], duration: 1, state: 'DEFERRED' },
];
const reasons = (workers: number) => {
  const { assignments } = simulate(tickets, { workers });
  return ['A', 'B', 'C', 'D', 'E'].map((id) => explainStart(tickets, assignments, id));
};

test('a ticket starts first, after what it waits for, after what it conflicts with, or after those before it', () => {
  expect(reasons(3)).toEqual([
    { because: 'first' },
    { because: 'first' },
    { because: 'conflict', ticket: 'B' },
    { because: 'dependency', ticket: 'B' },
    undefined,
  ]);
  expect(reasons(1)[0]).toEqual({ because: 'workers' });
});

test('a ticket that waits for another one waits for its landing', () => {
  const { assignments } = simulate(tickets, { workers: 3, landingOf: () => 2 });
  expect(explainStart(tickets, assignments, 'D')).toEqual({ because: 'dependency', ticket: 'B' });
  expect(explainStart(tickets, assignments, 'C')).toEqual({ because: 'conflict', ticket: 'B' });
});

test('a ticket waits for its component, where as many of it run as may', () => {
  const all = ['A', 'B', 'C'].map((id, nth) => ({
    id,
    dependencies: [],
    duration: 9 - nth,
    component: 'api',
  }));
  const limits = new Map([['api', 2]]);
  const { assignments } = simulate(all, { workers: 3, limits });
  expect(explainStart(all, assignments, 'C', { limits })).toEqual({ because: 'limit', ticket: 'B' });
  expect(explainStart(all, assignments, 'B', { limits })).toEqual({ because: 'first' });
});
