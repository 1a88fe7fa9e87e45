import { expect, test } from 'vitest';
import { WorkerNumbers } from '../../src/attempts/worker-numbers.ts';

test('the lowest free number works next, and the count may change', () => {
  let count = 2;
  const numbers = new WorkerNumbers(() => count);
  expect([numbers.take(), numbers.take(), numbers.allBusy]).toEqual([1, 2, true]);
  numbers.giveBack(1);
  expect([numbers.busy, numbers.allBusy, numbers.take()]).toEqual([1, false, 1]);
  count = 3;
  expect([numbers.allBusy, numbers.take()]).toEqual([false, 3]);
  count = 1;
  numbers.giveBack(1);
  expect(numbers.allBusy).toBe(true);
});
