import { expect, test } from 'vitest';
import { AwakeTime } from '../../src/process/awake-time.ts';

test('time passes from look to look; what was frozen is as long as the time between two looks', () => {
  const time = new AwakeTime(1_000, 1_000);
  expect(time.look(2_000)).toBe(1_000);
  expect(time.look(2_500)).toBe(1_500);
  expect(time.look(8 * 3_600_000)).toBe(2_500);
  expect(time.look(8 * 3_600_000 + 3_000)).toBe(5_500);
});

test('a limit of two seconds is not passed by a freeze of three', () => {
  const time = new AwakeTime(0, 500);
  expect(time.look(600)).toBe(600);
  expect(time.look(3_600)).toBe(1_100);
});
