import type { RunStatus } from '@sage/journal';
import { createColors } from 'picocolors';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { formatStatus } from '../src/reporters/status.ts';

const SCREEN = { colors: createColors(false), columns: 80 };

const NOW = new Date(2026, 10, 23, 21, 33);
const at = (hours: number, minutes: number) => new Date(2026, 10, 23, hours, minutes).toISOString();
const run: RunStatus = {
  v: 1,
  state: 'working',
  run: '20261123-211402-fd4133',
  target: 'refs/heads/sage/2026-11-23-fd4133',
  agent: 'claude',
  workers: 2,
  started: at(21, 14),
  updated: at(21, 32),
  tickets: { completed: 3, landing: 1, running: 2, waiting: 1, deferred: 1, blocked: 0 },
  agents: [
    { ticket: 'SITE-005', title: 'Print version of the menu', worker: 1, attempt: 1, since: at(21, 30) },
    {
      ticket: 'SITE-004',
      title: 'Put the drinks on the menu',
      worker: 2,
      attempt: 2,
      since: new Date(NOW.getTime() - 48_000).toISOString(),
    },
  ],
  landing: ['SITE-003'],
  deferred: [
    { ticket: 'SITE-007', category: 'agent_failed', reason: 'the agent ended with exit code 1', attempts: 2 },
  ],
  blocked: [],
  usage: { tokens: 128_400, costUsd: 2.15 },
  forecast: { told: at(21, 30), remaining: 4, expected: at(21, 43), low: at(21, 38), high: at(21, 55) },
};
const lines = (status: RunStatus) => formatStatus(status, NOW, SCREEN).trimEnd().split('\n');

test('says what a run at work does', () => {
  expect(lines(run)).toEqual([
    'run 20261123-211402-fd4133 on sage/2026-11-23-fd4133, at work since 21:14',
    'ETA 21:43 (80 % likely between 21:38 and 21:55), as of 21:30',
    '3 completed, 1 landing, 2 running, 1 waiting, 1 deferred',
    '128400 tokens, $2.15 so far',
    '  worker 1  SITE-005        3 min   Print version of the menu',
    '  worker 2  SITE-004        48 s    Put the drinks on the menu (attempt 2)',
    '  landing   SITE-003',
    '  deferred  SITE-007        agent_failed: the agent ended with exit code 1',
  ]);
});

test('of a paused run it says how to go on, and no ETA', () => {
  expect(lines({ ...run, state: 'paused', landing: [], deferred: [] })).toEqual([
    'run 20261123-211402-fd4133 on sage/2026-11-23-fd4133, paused',
    '3 completed, 1 landing, 2 running, 1 waiting, 1 deferred',
    '128400 tokens, $2.15 so far',
    '  worker 1  SITE-005        3 min   Print version of the menu',
    '  worker 2  SITE-004        48 s    Put the drinks on the menu (attempt 2)',
    'Nothing new starts until sage resume.',
  ]);
});

test('of a run that is over it says what it has used, and not "so far"', () => {
  expect(lines({ ...run, state: 'finished', agents: [], landing: [] })).toContain('128400 tokens, $2.15');
});

test('of a run that was killed it says what was cut off, and no ETA', () => {
  const { usage: _, ...killed } = { ...run, state: 'killed' as const, landing: [], deferred: [] };
  expect(lines(killed)).toEqual([
    'run 20261123-211402-fd4133 on sage/2026-11-23-fd4133, killed after 21:32',
    '3 completed, 1 landing, 1 waiting, 1 deferred, 2 cut off',
    '  cut off   SITE-005        Print version of the menu',
    '  cut off   SITE-004        Put the drinks on the menu (attempt 2)',
    'The run is not over: sage stream --resume continues it.',
  ]);
});

test('names why a run stopped, and the day where it is not today', () => {
  const ended = new Date(2026, 10, 22, 4, 5).toISOString();
  const tickets = { completed: 0, landing: 0, running: 0, waiting: 9, deferred: 0, blocked: 0 };
  const over = { ...run, state: 'stopped' as const, ended, reason: 'the disk is full', tickets };
  expect(lines({ ...over, agents: [], landing: [], deferred: [] }).slice(0, 3)).toEqual([
    'run 20261123-211402-fd4133 on sage/2026-11-23-fd4133, stopped 11-22 04:05',
    'the disk is full',
    '0 completed, 9 waiting',
  ]);
});

test('keeps to 80 columns and one line a thing, whatever tickets and branches are called', () => {
  const long = `\u001B[31m${'名前'.repeat(60)}\n`;
  const agent = { ticket: long, title: long, worker: 1000, attempt: 99, since: at(1, 0), quiet: 100_000 };
  const odd = {
    ...run,
    target: `refs/heads/${long}`,
    reason: long,
    agents: [agent],
    landing: [long],
    deferred: [{ ticket: long, category: 'agent_failed' as const, reason: long, attempts: 1 }],
    blocked: [{ ticket: long, by: [long, long] }],
    tickets: { completed: 1e6, landing: 1e6, running: 1e6, waiting: 1e6, deferred: 1e6, blocked: 1e6 },
  };
  for (const state of ['working', 'killed', 'finished', 'interrupted', 'stopped'] as const) {
    const told = lines({ ...odd, state });
    expect(told.length).toBeLessThanOrEqual(10);
    for (const line of told) {
      expect(stringWidth(line)).toBeLessThanOrEqual(80);
      expect(line).not.toContain('\u001B');
    }
  }
});

test('without any run says how to start one', () => {
  expect(formatStatus({ v: 1, state: 'none' }, NOW, SCREEN)).toBe('no run yet: sage stream starts one\n');
});
