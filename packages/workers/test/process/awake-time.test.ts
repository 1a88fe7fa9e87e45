import { expect, test } from 'vitest';
import { AwakeTime } from '../../src/process/awake-time.ts';

test('time passes from look to look, but for what was frozen', () => {
  const time = new AwakeTime(1_000);
  expect(time.look(2_000)).toBe(1_000);
  expect(time.look(2_500)).toBe(1_500);
  expect(time.look(8 * 3_600_000)).toBe(4_500);
  expect(time.look(8 * 3_600_000 + 1_000)).toBe(5_500);
});
