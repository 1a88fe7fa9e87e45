import { expect, test } from 'vitest';
import { FetchBatches } from '../src/coordinator/fetch-batches.ts';

test('what comes while fetches are under way is fetched together; each hears of its own', async () => {
  const asked: (readonly string[])[] = [];
  let go = Promise.withResolvers<void>();
  const batches = new FetchBatches(async (refspecs) => {
    asked.push(refspecs);
    await go.promise;
    if (refspecs.includes('missing')) throw new Error(`no ${refspecs.join(' ')}`);
  });
  const first = ['a', 'b'].map((ref) => batches.fetch(ref));
  const later = ['c', 'missing', 'd'].map((ref) => batches.fetch(ref));
  const ends = Promise.allSettled([...first, ...later]);
  expect(asked).toEqual([['a'], ['b']]);
  go.resolve();
  expect(await ends).toMatchObject([
    { status: 'fulfilled' },
    { status: 'fulfilled' },
    { status: 'fulfilled' },
    { status: 'rejected', reason: { message: 'no missing' } },
    { status: 'fulfilled' },
  ]);
  expect(asked).toEqual([['a'], ['b'], ['c', 'missing', 'd'], ['c'], ['missing'], ['d']]);
  go = Promise.withResolvers();
  go.resolve();
  await batches.fetch('e');
  expect(asked.at(-1)).toEqual(['e']);
});
