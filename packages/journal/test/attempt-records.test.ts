import { expect, test } from 'vitest';
import { AttemptRecords, isSettled, resultOf, type RunEvent, type RunFact } from '../src/index.ts';

const started = (ticket: string, attempt = 1) =>
  ({ event: 'attempt.started', ticket, title: `Title of ${ticket}`, worker: 1, attempt, base: 'b' }) as const;
const ended = (ticket: string, outcome: 'completed' | 'failed', attempt = 1) =>
  ({ event: 'attempt.finished', ticket, worker: 1, attempt, outcome, seconds: 3 }) as const;
const begin = (resumed = false) =>
  ({
    event: 'run.started',
    target: 'refs/heads/work',
    base: 'b',
    workers: 2,
    agent: 'claude',
    tickets: ['A', 'B'],
    resumed,
  }) as const;

const recordsOf = (...facts: RunFact[]) =>
  AttemptRecords.of(facts.map((fact): RunEvent => ({ v: 2, run: 'r', time: 't', ...fact }))).all;
const results = (...facts: RunFact[]) =>
  recordsOf(begin(), ...facts).map(
    (one) => `${one.ticket} ${one.attempt} ${resultOf(one)} ${isSettled(one)}`,
  );

test('each attempt has its end, and the end of its landing', () => {
  expect(
    results(
      started('A'),
      ended('A', 'failed'),
      started('A', 2),
      started('B'),
      ended('A', 'completed', 2),
      {
        event: 'landing.rejected',
        ticket: 'A',
        entry: 'e',
        reason: 'verify failed',
        output: 'x',
        log: 'v.log',
      },
      started('A', 3),
      ended('A', 'completed', 3),
      { event: 'landing.landed', ticket: 'A', entry: 'f', commit: 'c' },
    ),
  ).toEqual(['A 1 failed true', 'A 2 rejected true', 'B 1 running false', 'A 3 landed true']);
});

test('work that waits to land is finished, and not settled', () => {
  expect(results(started('A'), ended('A', 'completed'))).toEqual(['A 1 finished false']);
});

test('what was running when a coordinator was killed is cut off', () => {
  expect(results(started('A'), begin(true), started('A'))).toEqual(['A 1 cut off true', 'A 1 running false']);
});

test('the agent is that of the run, or its own', () => {
  const own = { ...started('B'), agent: 'codex', model: 'large' };
  expect(recordsOf(begin(), started('A'), own)).toMatchObject([
    { agent: 'claude' },
    { agent: 'codex', model: 'large' },
  ]);
});
