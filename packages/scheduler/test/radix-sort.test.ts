import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { descending, stableSort } from '../src/radix-sort.ts';

describe('descending', () => {
  test('agrees with a stable sort by comparison', () => {
    const number = fc.oneof(
      fc.double({ min: 0, noNaN: true }),
      fc.constantFrom(0, 1, 1.5, Number.MIN_VALUE, Number.MAX_VALUE, Infinity),
    );
    fc.assert(
      fc.property(fc.array(number), (numbers) => {
        const positions = [...numbers.keys()];
        expect([...descending(Float64Array.from(numbers))]).toEqual(
          positions.toSorted((a, b) => (numbers[a] === numbers[b] ? 0 : numbers[b]! - numbers[a]!)),
        );
      }),
    );
  });
});

describe('stableSort', () => {
  test('keeps the order of equal digits', () => {
    expect([...stableSort(Int32Array.of(3, 2, 1, 0), Uint8Array.of(4, 0, 4, 0))]).toEqual([3, 1, 2, 0]);
    expect([...stableSort(new Int32Array(0), new Uint8Array(0))]).toEqual([]);
  });
});
