import { expect, test } from 'vitest';
import { LandingTurns } from '../../src/landing/landing-turns.ts';

function start() {
  const turns: PromiseWithResolvers<void>[] = [];
  const over: unknown[] = [];
  const landing = new LandingTurns(
    () => {
      const turn = Promise.withResolvers<void>();
      turns.push(turn);
      return turn.promise;
    },
    (error) => over.push(error),
  );
  return { landing, turns, over };
}

test('one turn at a time: what is queued during a turn gets another one', async () => {
  const { landing, turns, over } = start();
  expect(landing.idle).toBe(true);
  landing.start();
  landing.start();
  landing.start();
  expect(turns).toHaveLength(1);
  expect(landing.idle).toBe(false);
  turns[0]!.resolve();
  await turns[0]!.promise;
  expect(over).toEqual([undefined]);
  expect(landing.over()).toBe(true);
  expect(landing.idle).toBe(true);
});

test('a turn during which nothing was queued needs no other', async () => {
  const { landing, turns } = start();
  landing.start();
  turns[0]!.resolve();
  await turns[0]!.promise;
  expect(landing.over()).toBe(false);
});

test('a turn that fails ends with its error, also where it is undefined', async () => {
  const { landing, turns, over } = start();
  const error = new Error('stopped');
  landing.start();
  turns[0]!.reject(error);
  await turns[0]!.promise.catch(() => {});
  landing.over();
  landing.start();
  turns[1]!.reject(undefined);
  await turns[1]!.promise.catch(() => {});
  expect(over).toEqual([error, expect.any(Error)]);
});
