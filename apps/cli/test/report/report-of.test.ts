import { expect, test } from 'vitest';
import { attempt, begin, finish, landing, reportFrom } from './run-fixture.ts';

test('a run: what landed, what did not and why, how long, by whom', () => {
  const report = reportFrom([
    begin(['A', 'B', 'C', 'D']),
    ...attempt(
      { ticket: 'A', from: 0, to: 60 },
      { outcome: 'completed', tokens: 100, costUsd: 0.1, summary: 'did' },
    ),
    ...attempt(
      { ticket: 'B', from: 0, to: 30, worker: 2 },
      { outcome: 'failed', reason: 'it failed', telling: ['TypeError'], tokens: 50 },
    ),
    ...landing('A', 61),
    ...attempt(
      { ticket: 'B', from: 31, to: 91, worker: 2, attempt: 2, agent: 'codex' },
      { outcome: 'completed' },
    ),
    {
      at: 95,
      event: 'landing.rejected',
      ticket: 'B',
      entry: 'e',
      reason: 'verify failed',
      output: '/trees/agent-1/x.ts\n1 failed\n',
    },
    {
      at: 95,
      event: 'ticket.deferred',
      ticket: 'B',
      category: 'persistent_test_failure',
      reason: 'verify failed',
      attempts: 2,
      ref: 'refs/sage/deferred/B',
    },
    { at: 95, event: 'ticket.blocked', ticket: 'C', by: ['B'] },
    finish(100),
  ]);
  expect(report).toMatchObject({
    v: 1,
    state: 'finished',
    seconds: 100,
    oneWorkerSeconds: 150,
    savedSeconds: 50,
    tokens: 150,
    costUsd: 0.1,
    counts: { landed: 1, deferred: 1, blocked: 1, waiting: 1, running: 0, landing: 0 },
    agents: [
      { agent: 'claude', attempts: 2, landed: 1, seconds: 90, tokens: 150, costUsd: 0.1 },
      { agent: 'codex', attempts: 1, landed: 0, seconds: 60 },
    ],
    next: [
      `git log --oneline ${'b'.repeat(10)}..sage/2026-11-23-fd4133`,
      'git switch main && git merge sage/2026-11-23-fd4133',
      'sage pr',
    ],
  });
  expect(report.tickets).toMatchObject([
    {
      id: 'A',
      outcome: 'landed',
      commit: 'c'.repeat(40),
      seconds: 60,
      tokens: 100,
      summary: 'did',
      commands: { logs: 'sage logs A' },
    },
    {
      id: 'B',
      outcome: 'deferred',
      attempts: 2,
      seconds: 90,
      category: 'persistent_test_failure',
      telling: ['x.ts', '1 failed'],
      ref: 'refs/sage/deferred/B',
      agent: 'codex',
      logs: [{ attempt: 1 }, { attempt: 2 }],
      commands: { logs: 'sage logs B', retry: 'sage retry B' },
    },
    { id: 'C', outcome: 'blocked', by: ['B'], attempts: 0, logs: [], commands: {} },
    { id: 'D', outcome: 'waiting' },
  ]);
  expect(report.agents[1]).not.toHaveProperty('tokens');
  expect(report.spans.map(({ ticket, worker, result }) => `${ticket} ${worker} ${result}`)).toEqual([
    'A 1 landed',
    'B 2 failed',
    'B 2 rejected',
  ]);
});

test('what lies between two processes of a run is no time of the run', () => {
  const report = reportFrom([
    begin(['A']),
    { at: 10, event: 'attempt.started', ticket: 'A', title: 'A', worker: 1, attempt: 1, base: 'b' },
    { at: 20, event: 'ticket.quiet', ticket: 'A', seconds: 10 },
    begin(['A'], 10_000, true),
    ...attempt({ ticket: 'A', from: 10_005, to: 10_025 }, { outcome: 'completed' }),
    ...landing('A', 10_030),
    finish(10_030),
  ]);
  expect(report.seconds).toBe(50);
  expect(report.spans).toMatchObject([
    { result: 'cut off', start: 10, end: 10 },
    { result: 'landed', start: 25, end: 45 },
  ]);
});

test('what was predicted, drifted, was denied and changes what runs is with its ticket', () => {
  const report = reportFrom([
    begin(['A']),
    ...attempt(
      { ticket: 'A', from: 0, to: 5 },
      { outcome: 'completed', drift: ['b.ts'], denied: ['Bash: rm'], whatRuns: ['.husky/pre-push'] },
    ),
    { at: 5, event: 'conflict.predicted', ticket: 'A', files: ['a.ts'], tickets: ['B'] },
    { at: 6, event: 'conflict.predicted', ticket: 'A', files: ['a.ts', 'c.ts'], tickets: ['C'] },
    ...landing('A', 7),
    finish(8),
  ]);
  expect(report.tickets).toMatchObject([
    {
      overlap: { files: ['a.ts', 'c.ts'], tickets: ['B', 'C'] },
      drift: ['b.ts'],
      denied: ['Bash: rm'],
      whatRuns: ['.husky/pre-push'],
    },
  ]);
});

test('of a run that works, and of one that was killed', () => {
  const facts = [
    begin(['A']),
    { at: 1, event: 'attempt.started', ticket: 'A', title: 'A', worker: 1, attempt: 1, base: 'b' } as const,
    { at: 9, event: 'ticket.quiet', ticket: 'A', seconds: 8 } as const,
  ];
  expect(reportFrom(facts, true)).toMatchObject({
    state: 'working',
    counts: { running: 1 },
    spans: [{ start: 1, end: 9 }],
    next: [],
  });
  expect(reportFrom(facts, false)).toMatchObject({ state: 'killed', next: ['sage stream --resume'] });
});
