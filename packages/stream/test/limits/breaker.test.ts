import { expect, test } from 'vitest';
import { Breaker } from '../../src/limits/breaker.ts';

/** Attempts start in the order of their tickets: A-2 is the second. */
const fails = (breaker: Breaker, ticket: string, reason: string, seconds = 1) =>
  breaker.onAttemptFailed({ ticket, reason, log: `${ticket}.log`, nth: Number(ticket.slice(2)) }, seconds);

test('three tickets that end the same way at once trip it, with the reason and the first log', () => {
  const breaker = new Breaker(true);
  fails(breaker, 'A-1', 'Invalid API key (request 4711)');
  fails(breaker, 'A-2', 'Invalid API key (request 4712)');
  expect(breaker.tripped).toBeUndefined();
  fails(breaker, 'A-3', 'Invalid API key (request 4713)');
  expect(breaker.tripped).toBe(
    'A-1, A-2, A-3 ended the same way: Invalid API key (request 4713) (see A-1.log); correct the cause, then run sage stream --resume (--keep-going turns this off)',
  );
});

test.each([
  [
    'one ticket, three times',
    [
      ['A-1', 'x'],
      ['A-1', 'x'],
      ['A-1', 'x'],
    ],
  ],
  [
    'different reasons',
    [
      ['A-1', 'x'],
      ['A-2', 'y'],
      ['A-3', 'z'],
    ],
  ],
] as const)('%s do not', (_, failures) => {
  const breaker = new Breaker(true);
  for (const [ticket, reason] of failures) fails(breaker, ticket, reason);
  expect(breaker.tripped).toBeUndefined();
});

test('other exit codes are other ends, however alike the words are', () => {
  const breaker = new Breaker(true);
  const fail = (ticket: string, code: number) =>
    breaker.onAttemptFailed({ ticket, reason: `the agent ended with exit code ${code}` }, 1);
  for (const code of [1, 2, 12]) fail(`T-${code}`, code);
  expect(breaker.tripped).toBeUndefined();
  for (const ticket of ['T-3', 'T-4']) fail(ticket, 12);
  expect(breaker.tripped).toContain('T-12, T-3, T-4 ended the same way: the agent ended with exit code 12');
});

test('tickets that were worked on do not, nor those with a completed one in between', () => {
  const breaker = new Breaker(true);
  for (const ticket of ['A-1', 'A-2', 'A-3']) fails(breaker, ticket, 'x', 60);
  fails(breaker, 'A-4', 'x');
  fails(breaker, 'A-5', 'x');
  breaker.onCompleted(6);
  fails(breaker, 'A-7', 'x');
  expect(breaker.tripped).toBeUndefined();
});

test('verify that rejects three tickets with the same last line trips it, however long they took', () => {
  const breaker = new Breaker(true);
  for (const ticket of ['A-1', 'A-2', 'A-3'])
    breaker.onRejected({ ticket, reason: 'npm test failed' }, `${ticket} merged\n  12 tests failed\n`);
  expect(breaker.tripped).toContain('A-1, A-2, A-3 ended the same way: 12 tests failed');
});

test('different failures of verify are told apart by the line above the last one', () => {
  const breaker = new Breaker(true);
  for (const [ticket, name] of [
    ['A-1', 'login'],
    ['A-2', 'menu'],
    ['A-3', 'print'],
  ] as const)
    breaker.onRejected({ ticket, reason: 'npm test failed' }, `FAIL ${name}.test.ts\n1 failed, 12 passed\n`);
  expect(breaker.tripped).toBeUndefined();
});

test('turned off it never trips, and suspects nobody', () => {
  const breaker = new Breaker(false);
  for (const ticket of ['A-1', 'A-2', 'A-3']) fails(breaker, ticket, 'x');
  expect([breaker.tripped, breaker.suspects('A-1')]).toEqual([undefined, false]);
});

test('a ticket that has just failed at once is suspected until one is completed', () => {
  const breaker = new Breaker(true);
  fails(breaker, 'A-1', 'x');
  expect([breaker.suspects('A-1'), breaker.suspects('A-2')]).toEqual([true, false]);
  breaker.onLanded();
  expect(breaker.suspects('A-1')).toBe(true);
  breaker.onCompleted(2);
  expect(breaker.suspects('A-1')).toBe(false);
});

test('a landing of what was done before says nothing of agents, and a completed ticket nothing of verify', () => {
  const breaker = new Breaker(true);
  for (const ticket of ['A-1', 'A-2']) fails(breaker, ticket, 'x');
  breaker.onLanded();
  fails(breaker, 'A-3', 'x');
  expect(breaker.tripped).toContain('A-1, A-2, A-3');
  const other = new Breaker(true);
  for (const ticket of ['A-1', 'A-2']) other.onRejected({ ticket, reason: 'red' }, 'no such script');
  other.onCompleted(9);
  other.onRejected({ ticket: 'A-3', reason: 'red' }, 'no such script');
  expect(other.tripped).toContain('A-1, A-2, A-3');
});

test('an attempt that was started before the others failed, and is completed later, says nothing of them', () => {
  const breaker = new Breaker(true);
  for (const ticket of ['A-2', 'A-3']) fails(breaker, ticket, 'x');
  breaker.onCompleted(1);
  fails(breaker, 'A-4', 'x');
  expect(breaker.tripped).toContain('A-2, A-3, A-4');
});
