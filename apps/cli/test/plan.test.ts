import { createColors } from 'picocolors';
import type { Explanation, Plan } from '@sage/stream';
import { expect, test } from 'vitest';
import { formatExplanation, formatPlan } from '../src/reporters/plan.ts';

const SCREEN = { colors: createColors(false), columns: 80 };

const explanation: Explanation = {
  v: 2,
  ticket: 'API-2',
  title: 'Limit the rate',
  state: 'UNPROCESSED',
  priority: 'P2',
  waitsFor: [],
  unblocks: ['API-9'],
  partlyBlocks: ['API-10', 'API-11'],
  batch: 2,
  batches: 3,
  starts: { minutes: 30, because: 'predicted-conflict', ticket: 'API-1' },
  onCriticalPath: false,
  blockedBy: [],
  container: false,
  neverBeside: [],
  conflictsWith: [],
  mayConflictWith: [
    {
      ticket: 'API-1',
      chance: 0.6,
      files: [
        { path: 'src/gateway/limit.ts', sources: ['docs', 'history'] },
        { path: 'src/gateway/index.ts', sources: ['text'] },
      ],
    },
  ],
};

test('an explanation says what probably conflicts and how that is known', () => {
  expect(formatExplanation(explanation, SCREEN).trimEnd().split('\n')).toEqual([
    'API-2: Limit the rate',
    'UNPROCESSED, P2',
    'runs in batch 2 of 3: it is ready',
    'starts after about 30 min: others go first: API-1 is running and may conflict',
    'unblocks API-9',
    'partly blocks API-10, API-11',
    'conflicts with API-1 with a chance of 60 %: both may change',
    '- src/gateway/limit.ts (named in its docs; similar tickets changed it)',
    '- src/gateway/index.ts (named in the ticket)',
  ]);
});

test('an explanation says in full why something has to wait, in lines of a terminal', () => {
  const long = {
    ...explanation,
    starts: { minutes: 45, because: 'limit', ticket: 'API-1' } as const,
    unblocks: Array.from({ length: 20 }, (_, nth) => `API-${nth + 10}`),
    neverBeside: ['WEB-1', 'WEB-2'],
    conflictsWith: ['WEB-2'],
    mayConflictWith: [],
  };
  const lines = formatExplanation(long, SCREEN).trimEnd();
  expect(lines.split('\n').every((line) => line.length <= 80)).toBe(true);
  const text = lines.replaceAll(/\n {2}/g, ' ');
  expect(text).toContain('when API-1 is done: its component is at its limit');
  expect(text).toContain('unblocks API-10, API-11,');
  expect(text).toContain(', API-29');
  expect(text).toContain('at the same time as WEB-1: they declare the same files');
  expect(text).toContain('at the same time as WEB-2, by conflicts_with');
});

test('an explanation distinguishes a container from a ticket that was not selected', () => {
  const { starts: _, batch: __, ...idle } = explanation;
  expect(formatExplanation({ ...idle, container: true, waitsFor: ['API-3'] }, SCREEN)).toContain(
    'never starts itself: it is done when everything it waits for is\nwaits for API-3\n',
  );
  expect(formatExplanation(idle, SCREEN)).toContain('not in this selection\n');
});

test('a plan says what its forecast rests on', () => {
  const times = { minutes: 60, expected: 66, low: 40, high: 200, utilisation: 1 };
  const forecast = { ...times, landing: 0, failing: 0, assignments: [] };
  const plan: Plan = {
    v: 1,
    batches: [['API-1']],
    blocked: [],
    workers: 1,
    containers: [],
    criticalPath: [],
    forecast: { ...forecast, samples: 0, estimates: 0 },
  };
  expect(formatPlan(plan, SCREEN)).toContain(
    'forecast: no estimates or earlier runs; each ticket counts as 1 min',
  );
  expect(formatPlan({ ...plan, forecast: { ...forecast, samples: 0, estimates: 1 } }, SCREEN)).toContain(
    'forecast: 66 min, 80 % likely between 40 min and 3.3 h, by the estimates alone',
  );
  expect(formatPlan({ ...plan, forecast: { ...forecast, samples: 7, estimates: 1 } }, SCREEN)).toContain(
    ', learned from 7 earlier tickets',
  );
  const cost = { expected: 3.4, low: 2, high: 12.25 };
  expect(
    formatPlan({ ...plan, forecast: { ...forecast, samples: 7, estimates: 1, cost } }, SCREEN),
  ).toContain('\ncost: $3.40, 80 % likely between $2.00 and $12.25, at the usual cost per minute\n');
});

test('a plan calls a container that is blocked by that name', () => {
  const plan: Plan = {
    v: 1,
    batches: [],
    blocked: [
      { id: 'EPIC-1', by: ['API-2', 'API-1'] },
      { id: 'API-2', by: ['API-1'] },
    ],
    workers: 1,
    containers: ['EPIC-1'],
    criticalPath: [],
    forecast: {
      minutes: 0,
      expected: 0,
      low: 0,
      high: 0,
      utilisation: 0,
      landing: 0,
      failing: 0,
      assignments: [],
      samples: 0,
      estimates: 0,
    },
  };
  expect(formatPlan(plan, SCREEN).trimEnd().split('\n').slice(-2)).toEqual([
    'blocked: container EPIC-1, by API-2, which waits for API-1',
    'blocked: API-2, by API-1',
  ]);
});
