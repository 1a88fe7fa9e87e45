import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sortedByKey } from '../src/radix-sort.ts';

test('sortedByKey agrees with a stable sort by comparison', () => {
  const key = fc.oneof(
    fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    fc.constantFrom(0, 1, 2 ** 11, 2 ** 31, 2 ** 32 - 1),
  );
  fc.assert(
    fc.property(fc.array(key), (keys) => {
      expect([...sortedByKey(Uint32Array.from(keys))]).toEqual(
        [...keys.keys()].toSorted((a, b) => keys[a]! - keys[b]!),
      );
    }),
  );
});
