import { expect, test } from 'vitest';
import { type RunEvent, type RunFact, RunFold } from '../src/index.ts';

const fold = (...facts: RunFact[]) =>
  RunFold.of(
    facts.map((fact, index): RunEvent => ({
      v: 2,
      run: 'r',
      time: `2026-01-01T00:00:0${index % 10}.000Z`,
      ...fact,
    })),
  ).state;

const started: RunFact = {
  event: 'run.started',
  target: 'refs/heads/work',
  base: 'b0',
  workers: 1,
  agent: 'a',
  tickets: ['A-1', 'A-2'],
  resumed: false,
};
const begin: RunFact = {
  event: 'attempt.started',
  ticket: 'A-1',
  title: 'T',
  worker: 1,
  attempt: 1,
  base: 'b0',
};
const end = (outcome: Extract<RunFact, { event: 'attempt.finished' }>['outcome']): RunFact => ({
  event: 'attempt.finished',
  ticket: 'A-1',
  worker: 1,
  attempt: 1,
  outcome,
  seconds: 1,
  reason: 'why',
});

test.each([
  ['completed', 1],
  ['failed', 1],
  ['deferred', 1],
  ['rate-limited', 0],
  ['account-refused', 0],
  ['machine-failed', 0],
  ['interrupted', 0],
] as const)('an attempt that ended as %s counts %i', (outcome, counted) => {
  expect(fold(started, begin, end(outcome)).attempts.get('A-1') ?? 0).toBe(counted);
});

test('an attempt without an end is open, until the run starts again', () => {
  expect(fold(started, begin).open.get('A-1')).toBe('b0');
  const resumed = fold(started, begin, { ...started, base: 'b1', resumed: true });
  expect(resumed.open.size).toBe(0);
  expect(resumed.base).toBe('b0');
  expect(resumed.attempts.size).toBe(0);
});

test('the next attempt is given the last setback', () => {
  const conflict: RunFact = {
    event: 'landing.conflicted',
    ticket: 'A-1',
    entry: 'e1',
    files: ['x'],
    tickets: ['A-2'],
  };
  const state = fold(started, begin, end('failed'), begin, end('completed'), conflict);
  expect(state.setbacks.get('A-1')).toEqual({ kind: 'conflict', files: ['x'], tickets: ['A-2'] });
  expect(state.conflicts.get('A-1')).toBe(1);
  expect([...state.settledEntries]).toEqual(['e1']);
});

test('a ticket that is named again after its deferral starts from nothing', () => {
  const deferral: RunFact = {
    event: 'ticket.deferred',
    ticket: 'A-1',
    category: 'agent_failed',
    reason: 'why',
    attempts: 2,
  };
  expect(fold(started, begin, end('failed'), deferral).deferred.get('A-1')).toMatchObject({
    category: 'agent_failed',
    attempts: 2,
  });
  const again = fold(started, begin, end('failed'), deferral, { ...started, resumed: true });
  expect(again.deferred.size).toBe(0);
  expect(again.attempts.get('A-1')).toBeUndefined();
});

test('events that a later version writes change nothing', () => {
  const future = { v: 2, run: 'r', time: '', event: 'agent.sang', ticket: 'A-1' } as unknown as RunEvent;
  const one = RunFold.of([{ v: 2, run: 'r', time: '', ...started }]).state;
  const two = RunFold.of([{ v: 2, run: 'r', time: '', ...started }, future]).state;
  expect(two).toEqual(one);
});

test('a session adds up what all of its attempts reported; a new session starts at zero', () => {
  const told = (session: string, tokens: number): RunFact =>
    ({ ...end('failed'), session, tokens, costUsd: 0.5 }) as RunFact;
  const first = fold(started, begin, told('s-1', 100), begin, told('s-1', 50));
  expect(first.sessions.get('A-1')).toEqual({ id: 's-1', tokens: 150, costUsd: 1 });
  const second = fold(started, begin, told('s-1', 100), begin, told('s-2', 50));
  expect(second.sessions.get('A-1')).toEqual({ id: 's-2', tokens: 50, costUsd: 0.5 });
});

test('tickets that join belong to the run, those that leave before their start do not', () => {
  const state = fold(
    started,
    { event: 'tickets.added', tickets: ['A-3', 'A-4'] },
    { event: 'tickets.withdrawn', tickets: ['A-2', 'A-4'] },
  );
  expect([...state.tickets]).toEqual(['A-1', 'A-3']);
});
