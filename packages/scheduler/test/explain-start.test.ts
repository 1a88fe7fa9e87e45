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
