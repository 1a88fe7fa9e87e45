import { expect, test } from 'vitest';
import { parseDuration } from '../src/duration.ts';

test.each([
  ['90s', 90_000],
  ['30m', 1_800_000],
  ['1.5h', 5_400_000],
  ['500ms', 500],
  ['0s', undefined],
  ['5', undefined],
  ['-1m', undefined],
  ['1d', undefined],
  ['9999h', undefined],
])('%s', (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});
