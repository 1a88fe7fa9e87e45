import { expect, test } from 'vitest';
import { Breaker } from '../../src/limits/breaker.ts';

const fails = (breaker: Breaker, ticket: string, reason: string, seconds = 1) =>
  breaker.onAttemptFailed({ ticket, reason, log: `${ticket}.log` }, seconds);

test('three tickets that end the same way at once trip it, with the reason and the first log', () => {
  const breaker = new Breaker(true);
  fails(breaker, 'A-1', 'Invalid API key (request 4711)');
  fails(breaker, 'A-2', 'Invalid API key (request 4712)');
  expect(breaker.tripped).toBeUndefined();
  fails(breaker, 'A-3', 'Invalid API key (request 4713)');
  expect(breaker.tripped).toBe(
    'A-1, A-2, A-3 ended the same way: Invalid API key (request 4713) (see A-1.log); correct the cause and run sage stream again, or use --keep-going',
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

test('tickets that were worked on do not, nor those with a landing in between', () => {
  const breaker = new Breaker(true);
  for (const ticket of ['A-1', 'A-2', 'A-3']) fails(breaker, ticket, 'x', 60);
  fails(breaker, 'A-4', 'x');
  fails(breaker, 'A-5', 'x');
  breaker.onLanded();
  fails(breaker, 'A-6', 'x');
  expect(breaker.tripped).toBeUndefined();
});

test('verify that rejects three tickets with the same last line trips it, however long they took', () => {
  const breaker = new Breaker(true);
  for (const ticket of ['A-1', 'A-2', 'A-3'])
    breaker.onRejected({ ticket, reason: 'npm test failed' }, `${ticket} merged\n  12 tests failed\n`);
  expect(breaker.tripped).toContain('A-1, A-2, A-3 ended the same way:   12 tests failed');
});

test('turned off it never trips, and suspects nobody', () => {
  const breaker = new Breaker(false);
  for (const ticket of ['A-1', 'A-2', 'A-3']) fails(breaker, ticket, 'x');
  expect([breaker.tripped, breaker.suspects('A-1')]).toEqual([undefined, false]);
});

test('a ticket that has just failed at once is suspected until something lands', () => {
  const breaker = new Breaker(true);
  fails(breaker, 'A-1', 'x');
  expect([breaker.suspects('A-1'), breaker.suspects('A-2')]).toEqual([true, false]);
  breaker.onLanded();
  expect(breaker.suspects('A-1')).toBe(false);
});
