import { expect, test } from 'vitest';
import { reportOn, sound } from './fixture.ts';
import type { RawTicket } from './fixture.ts';

const parallelOf = async (tickets: RawTicket[], workers?: number, componentLimits = {}) => {
  const options = { checks: ['json'], componentLimits, ...(workers !== undefined && { workers }) };
  return (await reportOn(tickets, options)).parallel;
};

test('9 independent tickets: all at once, and as many workers as help', async () => {
  const tickets = Array.from({ length: 9 }, (_, index) => sound(`A-${index}`, { estimated_minutes: 10 }));
  expect(await parallelOf(tickets, 3)).toEqual({
    unprocessed: 9,
    containers: 0,
    independent: 9,
    ratio: 1,
    width: 9,
    criticalPath: ['A-0'],
    recommendedWorkers: 3,
    reason: expect.stringContaining('3 workers are 3 times as fast as one'),
    table: [
      { workers: 1, makespan: 90 },
      { workers: 2, makespan: 50 },
      { workers: 3, makespan: 30 },
    ],
  });
  // 8 workers need two rounds, as 5 do; the recommendation is the smaller.
  expect(await parallelOf(tickets)).toMatchObject({ recommendedWorkers: 5 });
});

test('containers are not counted and hold their dependents up; what is blocked is no potential', async () => {
  const tickets = [
    sound('E-1', { children: ['A-1', 'A-2'] }),
    sound('A-1', { parent: 'E-1', dependencies: ['E-1'], state: 'COMPLETED' }),
    sound('A-2', { parent: 'E-1', dependencies: ['E-1', 'A-1'] }),
    sound('B-1', { dependencies: ['E-1'] }),
    sound('C-1', { state: 'DEFERRED' }),
    sound('C-2', { dependencies: ['C-1'] }),
  ];
  expect(await parallelOf(tickets)).toMatchObject({
    unprocessed: 3,
    containers: 1,
    independent: 1,
    ratio: 1 / 3,
    width: 1,
    criticalPath: ['A-2', 'B-1'],
    recommendedWorkers: 1,
  });
});

test('tickets that share a file are not in one batch', async () => {
  expect(await parallelOf([sound('A-1', { files: ['x'] }), sound('A-2', { files: ['x'] })])).toMatchObject({
    independent: 2,
    width: 1,
  });
});

test('a component is not wider than its limit', async () => {
  const tickets = [sound('A-1'), sound('A-2'), sound('A-3'), sound('B-1')];
  expect(await parallelOf(tickets, 4, { A: 2 })).toMatchObject({
    independent: 4,
    width: 3,
    table: [{ makespan: 4 }, { makespan: 2 }, { makespan: 2 }, { makespan: 2 }],
    recommendedWorkers: 2,
  });
});

test('nothing left to do', async () => {
  expect(await parallelOf([sound('A-1', { state: 'COMPLETED' })])).toMatchObject({
    unprocessed: 0,
    containers: 0,
    ratio: 0,
    recommendedWorkers: 1,
  });
});

test.each([
  ['a circle', [sound('A-1', { dependencies: ['A-1'] })]],
  ['an unknown dependency', [sound('A-1', { dependencies: ['X-1'] })]],
])('no plan with %s', async (_, tickets) => {
  expect(await parallelOf(tickets)).toEqual({
    unprocessed: 1,
    containers: 0,
    independent: 0,
    ratio: 0,
    width: 0,
    criticalPath: [],
    recommendedWorkers: 1,
    reason: 'No plan can be made before the dependencies are corrected.',
    table: [],
  });
});
