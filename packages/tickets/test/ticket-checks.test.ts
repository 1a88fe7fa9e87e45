import { expect, test } from 'vitest';
import { ticketChecks } from '../src/index.ts';

test('a ticket names its checks: sub-tasks in order, then verification scripts', () => {
  const raw = {
    tasks: [
      { id: 'T1', validation_script: 'npm run lint', max_retries: 1 },
      { id: 'T2' },
      { validation_script: 'npm test', auto_fix: false },
    ],
    validation_config: {
      max_retries: 3,
      defer_reason_category: 'external_blocker',
      verification_scripts: [
        { name: 'types', command: 'tsc', success_pattern: 'ok', failure_action: 'auto_fix' },
        { command: 'curl localhost', failure_action: 'defer' },
      ],
    },
  };
  expect(ticketChecks({ raw })).toEqual([
    {
      name: 'sub-task T1',
      command: 'npm run lint',
      retries: 1,
      otherwise: 'fail',
      category: 'persistent_test_failure',
    },
    {
      name: 'sub-task 3',
      command: 'npm test',
      retries: 0,
      otherwise: 'fail',
      category: 'persistent_test_failure',
    },
    {
      name: 'types',
      command: 'tsc',
      successPattern: 'ok',
      retries: 3,
      otherwise: 'fail',
      category: 'external_blocker',
    },
    {
      name: 'verification script 2',
      command: 'curl localhost',
      retries: 0,
      otherwise: 'defer',
      category: 'external_blocker',
    },
  ]);
});

test.each([
  ['auto_fix: false without an action', { auto_fix: false }, { retries: 0, otherwise: 'defer' }],
  [
    'auto_fix: false against an action',
    { auto_fix: false, action: 'auto_fix' },
    { retries: 0, otherwise: 'fail' },
  ],
  ['defer_on_failure', { defer_on_failure: true }, { retries: 2, otherwise: 'defer' }],
  ['odd numbers', { max_retries: '9' }, { retries: 2, otherwise: 'fail' }],
  ['an odd category', { defer_reason_category: 'mood' }, { category: 'persistent_test_failure' }],
])('%s', (_, { action, ...config }: { action?: string; [key: string]: unknown }, expected) => {
  const scripts = [{ command: 'true', ...(action && { failure_action: action }) }];
  const raw = { validation_config: { ...config, verification_scripts: scripts } };
  expect(ticketChecks({ raw })[0]).toMatchObject(expected);
});

test('an unreadable check counts as one without a command; no checks from nothing', () => {
  const raw = {
    tasks: [{ validation_script: 7 }],
    validation_config: {
      verification_scripts: ['x', { name: 'y' }, { command: 'true', success_pattern: 5 }],
    },
  };
  expect(ticketChecks({ raw }).map(({ command }) => command)).toEqual(['', '', '', '']);
  for (const nothing of [
    {},
    { tasks: 'x', validation_config: null },
    { tasks: [null], validation_config: { verification_scripts: null } },
  ])
    expect(ticketChecks({ raw: nothing })).toEqual([]);
});

test.each([
  ['validation_config', []],
  ['verification_scripts', { verification_scripts: 1 }],
])('checks that cannot be told from "%s" are one without a command, and not none', (name, config) => {
  expect(ticketChecks({ raw: { validation_config: config } })).toMatchObject([{ name, command: '' }]);
});
