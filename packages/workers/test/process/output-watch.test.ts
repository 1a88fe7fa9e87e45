import { expect, test } from 'vitest';
import { OutputWatch } from '../../src/process/output-watch.ts';

const MINUTE = 60_000;

test('silence is reported after two minutes, then as it doubles, and its end once', () => {
  const watch = new OutputWatch({}, 0);
  const told = Array.from({ length: 20 }, (_, minute) => watch.look(10, minute * MINUTE)).map((sign) =>
    sign && 'quiet' in sign ? sign.quiet / 60 : undefined,
  );
  expect(told.flatMap((minutes, at) => (minutes === undefined ? [] : [[at, minutes]]))).toEqual([
    [2, 2],
    [4, 4],
    [8, 8],
    [16, 16],
  ]);
  expect(watch.look(11, 20 * MINUTE)).toEqual({ quiet: 0 });
  expect(watch.look(12, 21 * MINUTE)).toBeUndefined();
  expect(watch.look(12, 23 * MINUTE)).toEqual({ quiet: 120 });
});

test('limits: silence and size, whatever else there is to tell', () => {
  const watch = new OutputWatch({ idleTimeout: 3 * MINUTE, maxOutput: 100 }, 0);
  expect(watch.look(100, MINUTE)).toBeUndefined();
  expect(watch.look(100, 3.9 * MINUTE)).toEqual({ quiet: 174 });
  expect(watch.look(100, 4 * MINUTE)).toEqual({ limit: 'stalled' });
  expect(watch.look(101, 5 * MINUTE)).toEqual({ limit: 'output-limit' });
});
