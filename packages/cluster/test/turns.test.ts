import { expect, test } from 'vitest';
import { Turns } from '../src/coordinator/turns.ts';

test('so many at a time, in order, also where one fails', async () => {
  const turns = new Turns(2);
  const began: number[] = [];
  const ends = Array.from({ length: 5 }, () => Promise.withResolvers<void>());
  const results = ends.map((end, n) =>
    turns.take(async () => {
      began.push(n);
      await end.promise;
      return n;
    }),
  );
  await Promise.resolve();
  expect(began).toEqual([0, 1]);
  ends[1]!.reject(new Error('no'));
  await expect(results[1]).rejects.toThrow('no');
  expect(began).toEqual([0, 1, 2]);
  for (const end of ends) end.resolve();
  expect(await Promise.allSettled(results)).toMatchObject([
    { value: 0 },
    {},
    { value: 2 },
    { value: 3 },
    { value: 4 },
  ]);
  expect(await turns.take(async () => 'free')).toBe('free');
});
