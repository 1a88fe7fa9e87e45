import { expect, test } from 'vitest';
import { waitingTime } from '../../src/limits/waiting-time.ts';

test.each([
  [1, '1 s'],
  [30_000, '30 s'],
  [119_001, '120 s'],
  [120_001, '3 min'],
  [600_000, '10 min'],
  [3_599_001, '1 h'],
  [7_198_500, '2 h'],
  [7_500_000, '2 h 5 min'],
  [86_400_000, '24 h'],
  [86_400_001, '1 d 1 h'],
  [7 * 86_400_000, '7 d'],
])('%i ms are %s', (milliseconds, text) => {
  expect(waitingTime(milliseconds)).toBe(text);
});
