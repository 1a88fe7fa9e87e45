import type { RunStatus } from '@sage/journal';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { duration, liveHeight, liveLines } from '../../src/live/live-lines.ts';

const NOW = new Date('2026-01-02T12:10:05Z');

function status(workers: number, more: Partial<RunStatus> = {}): RunStatus {
  const agents = Array.from({ length: workers }, (_, at) => ({
    ticket: `API-${at + 1}`,
    title: `Title of API-${at + 1}`,
    worker: at + 1,
    attempt: at === 1 ? 2 : 1,
    since: '2026-01-02T12:00:00Z',
    ...(at === 0 && { activity: 'Edit src/app.ts', tokens: 12_345, costUsd: 0.4 }),
    ...(at === 2 && { quiet: 125 }),
  }));
  return {
    v: 1,
    state: 'working',
    run: 'r',
    target: 'refs/heads/work',
    agent: 'claude',
    workers,
    started: '2026-01-02T11:00:00Z',
    updated: NOW.toISOString(),
    tickets: { completed: 3, landing: 2, running: workers, waiting: 10, deferred: 1, blocked: 0 },
    agents,
    landing: ['API-90', 'API-91'],
    deferred: [],
    blocked: [],
    usage: { tokens: 900, costUsd: 1.25 },
    ...more,
  };
}

test('a lane for each worker, what waits to land, progress, and the keys', () => {
  const lines = liveLines(status(3), NOW, { columns: 80, rows: 24 }, ['p pause', '? help']);
  expect(lines).toEqual([
    '─'.repeat(79),
    '1   API-1           Edit src/app.ts                         10m 05s  12k  $0.40',
    '2   API-2           attempt 2: Title of API-2                           10m 05s',
    '3   API-3           nothing printed for 2m 05s                          10m 05s',
    'landing: API-90, API-91',
    '3 of 19 landed, 1 deferred, 10 waiting, 900 tokens, $1.25',
    'p pause   ? help',
  ]);
});

test.each([
  [60, 24],
  [80, 24],
  [200, 50],
  [40, 12],
])(
  'five hundred tickets and thirty workers fit %i columns and %i rows, with a fixed height',
  (columns, rows) => {
    const many = status(30, {
      tickets: { completed: 0, landing: 0, running: 30, waiting: 470, deferred: 0, blocked: 0 },
    });
    for (const one of [
      many,
      { ...many, agents: [] },
      { ...many, landing: many.agents.map(({ ticket }) => ticket) },
    ]) {
      const lines = liveLines(one, NOW, { columns, rows }, ['keys', 'x'.repeat(90)]);
      expect(lines).toHaveLength(liveHeight(30, { rows }));
      expect(lines.length).toBeLessThanOrEqual(rows - 5);
      expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThan(columns);
    }
    expect(liveLines(many, NOW, { columns: 200, rows }, []).join('\n')).toMatch(/and \d+ more: API-/);
  },
);

test('a pause stands in the place of the ETA, and text of agents has no control characters', () => {
  const forecast = {
    told: NOW.toISOString(),
    remaining: 3,
    expected: '2026-01-02T13:00:00Z',
    low: '2026-01-02T12:30:00Z',
    high: '2026-01-02T14:00:00Z',
  };
  const size = { columns: 100, rows: 24 };
  const working = liveLines(status(1, { forecast }), NOW, size, []).join('\n');
  expect(working).toMatch(/ETA \d\d:00 \(\d\d:30 to \d\d:00\)/);
  const paused = liveLines(status(1, { forecast, state: 'paused' }), NOW, size, []).join('\n');
  expect(paused).toContain('paused: nothing new starts');
  expect(paused).not.toContain('ETA');
  const [agent] = status(1).agents;
  const evil = liveLines(status(1, { agents: [{ ...agent!, activity: 'x\u001B[2Jy\nz' }] }), NOW, size, []);
  expect(evil.join('')).not.toMatch(/\p{Cc}/u);
});

test('where there is little room, whole keys and sums are left out, and those that matter most stay', () => {
  const forecast = { told: '', remaining: 3, expected: '2026-01-02T13:00:00Z', low: '', high: '' };
  const of = (columns: number, more: Partial<RunStatus>) =>
    liveLines(status(1, more), NOW, { columns, rows: 24 }, [
      'Ctrl-C stops the run',
      '? help',
      '+ - workers',
    ]).slice(-2);
  expect(of(40, { state: 'paused', forecast })).toEqual([
    '3 of 17 landed, 1 deferred',
    'Ctrl-C stops the run   ? help',
  ]);
  expect(of(60, { state: 'paused', forecast })).toEqual([
    '3 of 17 landed, 1 deferred, paused: nothing new starts',
    'Ctrl-C stops the run   ? help   + - workers',
  ]);
});

test('an agent that has reported no tokens yet shows none', () => {
  const [agent] = status(1).agents;
  const [, lane] = liveLines(
    status(1, { agents: [{ ...agent!, tokens: 0, costUsd: undefined }] }),
    NOW,
    { columns: 60, rows: 24 },
    [],
  );
  expect(lane).toMatch(/ {2}10m 05s$/);
});

test('durations are as short as they can be', () => {
  expect([0, 45_000, 130_000, 3_900_000].map(duration)).toEqual(['0s', '45s', '2m 10s', '1h 05m']);
});
