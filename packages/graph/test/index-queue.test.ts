import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IndexQueue } from '../src/index-queue.ts';

test('IndexQueue: agrees with a sorted set, whatever the capacity', () => {
  const calls = fc.constantFrom(1, 31, 32, 33, 1_025, 40_000).chain((capacity) =>
    fc.tuple(
      fc.constant(capacity),
      fc.array(
        fc.record({
          add: fc.boolean(),
          index: fc.oneof(fc.nat(capacity - 1), fc.nat(Math.min(40, capacity) - 1)),
        }),
        { maxLength: 200 },
      ),
    ),
  );
  fc.assert(
    fc.property(calls, ([capacity, steps]) => {
      const queue = new IndexQueue(capacity);
      const set = new Set<number>();
      for (const { add, index } of steps) {
        if (add) queue.add(index);
        else queue.delete(index);
        if (add) set.add(index);
        else set.delete(index);
        expect(queue.first()).toBe(set.size === 0 ? -1 : Math.min(...set));
      }
    }),
  );
});

test('IndexQueue: of nothing is empty', () => {
  expect(new IndexQueue(0).first()).toBe(-1);
});

test('IndexQueue: gives out a million in order', () => {
  const size = 1_000_000;
  const queue = new IndexQueue(size);
  for (let index = 0; index < size; index++) queue.add((index * 7_919) % size);
  let last = -1;
  for (let index = queue.first(); index !== -1 && index === last + 1; index = queue.first()) {
    queue.delete(index);
    last = index;
  }
  expect(last).toBe(size - 1);
  expect(queue.first()).toBe(-1);
});
