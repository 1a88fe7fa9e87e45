import { expect, test } from 'vitest';
import { CollectionOrder } from '../../src/attempts/collection-order.ts';

const settled = () => new Promise(setImmediate);

test('work is collected after the starts under way, one at a time, in the order in which it came', async () => {
  const order = new CollectionOrder();
  const log: string[] = [];
  const first = Promise.withResolvers<void>();
  const started = order.starting();
  order.add({ begin: () => log.push('first'), over: first.promise });
  order.add({ begin: () => log.push('second'), over: Promise.resolve() });
  order.afterStarts();
  await settled();
  expect(log).toEqual([]);
  started();
  await settled();
  expect(log).toEqual(['first']);
  // A start that comes later does not hold up what waits already.
  order.starting();
  first.resolve();
  await settled();
  expect(log).toEqual(['first', 'second']);
});
