import { expect, test } from 'vitest';
import { Arrivals } from '../../src/entries/arrivals.ts';
import type { QueueEntry } from '../../src/index.ts';

const entry = (id: string, target: string) => ({ id, target }) as QueueEntry;

test('arrivals are taken once, by those who land on their target', () => {
  const arrivals = new Arrivals();
  arrivals.push([entry('1', 'main'), entry('2', 'next')]);
  arrivals.push([entry('3', 'main')]);
  expect(arrivals.take('main').map(({ id }) => id)).toEqual(['1', '3']);
  expect(arrivals.take('main')).toEqual([]);
  expect(arrivals.take('next').map(({ id }) => id)).toEqual(['2']);
});

test('whoever waits is woken by the next one', async () => {
  const arrivals = new Arrivals();
  arrivals.push([entry('1', 'main')]);
  await arrivals.wait();
  arrivals.take('main');
  const woken: string[] = [];
  const waiting = arrivals.wait().then(() => woken.push('woken'));
  await Promise.resolve();
  expect(woken).toEqual([]);
  arrivals.push([entry('2', 'main')]);
  await waiting;
  expect(woken).toEqual(['woken']);
});
