import { expect, test } from 'vitest';
import { WorkerCountError } from '../src/errors.ts';
import { usableCores } from '../src/cores.ts';
import { determineWorkerCount } from '../src/worker-count.ts';

test.each([
  ['auto', 5, 8, 4],
  ['auto', 100, 64, 8],
  ['auto', 2, 64, 2],
  ['auto', 5, 1, 1],
  ['auto', 5, 3, 1],
  ['auto', 0, 8, 1],
  [3, 10, 8, 3],
  [10, 5, 8, 5],
  ['3', 10, 2, 3],
  ['10', 5, 2, 5],
  [1, 0, 2, 1],
])('determineWorkerCount: %s of %i tickets on %i cores is %i', (requested, available, cores, expected) => {
  expect(determineWorkerCount(requested, available, { cores })).toBe(expected);
});

test.each([0, -1, 2.5, Number.NaN, Infinity, '0', '-1', '2.5', 'abc', '', ' 3', '0x3', '1e1', 'AUTO'])(
  'determineWorkerCount: refuses %j',
  (requested) => {
    expect(() => determineWorkerCount(requested, 10, { cores: 8 })).toThrow(WorkerCountError);
  },
);

test('determineWorkerCount: says what to use instead', () => {
  expect(() => determineWorkerCount('abc', 1)).toThrow(
    '"abc" is not a number of workers: use "auto" or a whole number from 1.',
  );
});

test('determineWorkerCount: uses the cores of this machine unless told otherwise', () => {
  expect(determineWorkerCount('auto', 100)).toBe(determineWorkerCount('auto', 100, { cores: usableCores() }));
  expect(determineWorkerCount('auto', 100, { cores: 2 })).not.toBe(
    determineWorkerCount('auto', 100, { cores: 16 }),
  );
});
