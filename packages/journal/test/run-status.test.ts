import { expect, test } from 'vitest';
import type { RunEvent, RunFact } from '../src/index.ts';
import { RunStatusFold } from '../src/run-status.ts';

const fold = (...facts: RunFact[]) => {
  const fold = new RunStatusFold();
  facts.forEach((fact, nth) => fold.apply({ v: 2, run: 'r', time: time(nth), ...fact } satisfies RunEvent));
  return fold;
};
const time = (nth: number) => new Date(nth * 1000).toISOString();

const started = (...tickets: string[]): RunFact => ({
  event: 'run.started',
  target: 'refs/heads/work',
  base: 'b',
  workers: 2,
  agent: 'a',
  tickets,
  resumed: false,
});
const begun = (ticket: string, worker = 1, attempt = 1): RunFact => {
  return { event: 'attempt.started', ticket, title: `Title of ${ticket}`, worker, attempt, base: 'b' };
};
type Finished = Extract<RunFact, { event: 'attempt.finished' }>;
const finished = (ticket: string, outcome: Finished['outcome'], used: Partial<Finished> = {}): RunFact => {
  return { event: 'attempt.finished', ticket, worker: 1, attempt: 1, outcome, seconds: 1, ...used };
};
const completed = (ticket: string): RunFact => ({ event: 'ticket.completed', ticket, commit: 'c' });
const deferred = (ticket: string): RunFact => {
  return { event: 'ticket.deferred', ticket, category: 'agent_failed', reason: 'no', attempts: 2 };
};
const over = (outcome: 'finished' | 'interrupted' | 'stopped', reason?: string): RunFact => {
  const summary = { completed: 0, deferred: 0, blocked: 0, unprocessed: 0 };
  return { event: 'run.finished', outcome, summary, ...(reason !== undefined && { reason }) };
};

test('counts each ticket once, names who works, what lands and what is deferred', () => {
  const status = fold(
    started('A', 'B', 'C', 'D', 'E', 'F'),
    begun('B', 2),
    begun('A', 1),
    finished('A', 'completed', { tokens: 10 }),
    completed('A'),
    begun('C', 1),
    finished('C', 'failed', { tokens: 5, costUsd: 0.5 }),
    deferred('C'),
    begun('D', 1),
    finished('D', 'completed'),
    begun('E', 1, 2),
    { event: 'ticket.quiet', ticket: 'B', seconds: 120 },
  ).status(true);
  expect(status).toEqual({
    v: 1,
    state: 'working',
    run: 'r',
    target: 'refs/heads/work',
    agent: 'a',
    workers: 2,
    started: time(0),
    updated: time(11),
    tickets: { completed: 1, landing: 1, running: 2, waiting: 1, deferred: 1, blocked: 0 },
    agents: [
      { ticket: 'E', title: 'Title of E', worker: 1, attempt: 2, since: time(10) },
      { ticket: 'B', title: 'Title of B', worker: 2, attempt: 1, since: time(1), quiet: 120 },
    ],
    landing: ['D'],
    deferred: [{ ticket: 'C', category: 'agent_failed', reason: 'no', attempts: 2 }],
    blocked: [],
    usage: { tokens: 15, costUsd: 0.5 },
  });
});

test('a run without an end whose coordinator is gone was killed, with what it was working on', () => {
  const status = fold(started('A', 'B'), begun('A')).status(false);
  expect(status).toMatchObject({
    state: 'killed',
    agents: [{ ticket: 'A' }],
    tickets: { running: 1, waiting: 1 },
  });
});

test('what it told at its end counts, whether its process is gone already or not', () => {
  const blocked: RunFact = { event: 'ticket.blocked', ticket: 'B', by: ['A'] };
  const run = fold(started('A', 'B'), deferred('A'), blocked, over('finished'));
  expect(run.status(true)).toEqual(run.status(false));
  expect(run.status(false)).toMatchObject({
    state: 'finished',
    ended: time(3),
    tickets: { deferred: 1, blocked: 1 },
    blocked: [{ ticket: 'B', by: ['A'] }],
  });
  expect(fold(started('A'), over('stopped', 'the disk is full')).status(false)).toMatchObject({
    state: 'stopped',
    reason: 'the disk is full',
  });
});

test('a resumed run works again: what was cut off waits, what was queued still lands, old forecasts are void', () => {
  const forecast: RunFact = { event: 'run.forecast', remaining: 1, expected: 'e', low: 'l', high: 'h' };
  const facts = [
    started('A', 'B', 'C'),
    begun('A'),
    begun('B', 2),
    finished('B', 'completed'),
    forecast,
    { event: 'ticket.blocked', ticket: 'C', by: ['A'] },
    over('interrupted'),
  ] satisfies RunFact[];
  expect(fold(...facts).status(false).forecast).toMatchObject({ told: time(4), remaining: 1 });
  const status = fold(...facts, started()).status(true);
  expect(status).toMatchObject({
    state: 'working',
    started: time(0),
    resumed: time(7),
    agents: [],
    landing: ['B'],
    tickets: { running: 0, landing: 1, waiting: 2, blocked: 0 },
  });
  expect(status).not.toHaveProperty('forecast');
  expect(status).not.toHaveProperty('ended');
});

test('a paused run says so while it works, and how many may work is what was asked for last', () => {
  const workers: RunFact = { event: 'run.workers', workers: 5 };
  const facts = [started('A'), begun('A'), workers, { event: 'run.paused' }] satisfies RunFact[];
  expect(fold(...facts).status(true)).toMatchObject({ state: 'paused', workers: 5, tickets: { running: 1 } });
  expect(fold(...facts).status(false).state).toBe('killed');
  expect(fold(...facts, { event: 'run.resumed' }).status(true).state).toBe('working');
});

test('tickets that join the run count, and those that leave it do not', () => {
  const added: RunFact = { event: 'tickets.added', tickets: ['B', 'C'] };
  const withdrawn: RunFact = { event: 'tickets.withdrawn', tickets: ['A', 'C'] };
  expect(fold(started('A'), added, withdrawn).status(true).tickets.waiting).toBe(1);
});

test('work that conflicts or is rejected waits again', () => {
  const conflict: RunFact = { event: 'landing.conflicted', ticket: 'A', entry: 'e', files: [], tickets: [] };
  const status = fold(started('A'), begun('A'), finished('A', 'completed'), conflict).status(true);
  expect(status).toMatchObject({ landing: [], tickets: { waiting: 1 } });
});

test('events that it does not know leave it as it is', () => {
  const unknown = { event: 'run.praised', ticket: 'A' } as unknown as RunFact;
  const { updated: _, ...status } = fold(started('A'), begun('A'), unknown).status(true);
  const { updated: __, ...expected } = fold(started('A'), begun('A')).status(true);
  expect(status).toEqual(expected);
});
