import { expect, test } from 'vitest';
import { elapsedTime } from '../../src/context/clock.ts';

test('time goes on while the machine sleeps, and is not set back with its clock', () => {
  let [steady, wall] = [100, 10_000];
  const elapsed = elapsedTime(
    () => steady,
    () => wall,
  );
  [steady, wall] = [101, 10_001];
  expect(elapsed()).toBe(1);
  [steady, wall] = [101, 13_001];
  expect(elapsed()).toBe(3_001);
  [steady, wall] = [103, 5];
  expect(elapsed()).toBe(3_003);
});
