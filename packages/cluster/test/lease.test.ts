import { expect, test } from 'vitest';
import { Lease } from '../src/worker/lease.ts';

/** A lease of 60 s on a clock that only the test moves. */
function leaseOn(renew: () => Promise<boolean>) {
  let now = 0;
  const lease = new Lease(60_000, renew, () => now);
  return {
    lease,
    async at(seconds: number) {
      now = seconds * 1000;
      lease.look();
      await Promise.resolve();
      await Promise.resolve();
      await Promise.resolve();
    },
  };
}

test('a lease that is renewed is kept, and not asked for more often than needed', async () => {
  let asked = 0;
  const { lease, at } = leaseOn(async () => {
    asked += 1;
    return true;
  });
  for (let second = 0; second <= 600; second += 5) await at(second);
  expect(lease.lost.aborted).toBe(false);
  expect(asked).toBe(30);
});

test('a lease that is somebody else’s by now is lost at once', async () => {
  const { lease, at } = leaseOn(async () => false);
  await at(5);
  expect(lease.lost.aborted).toBe(false);
  await at(20);
  expect(lease.lost.aborted).toBe(true);
});

test('while the broker cannot be reached the clock decides, before the lease is over there', async () => {
  const { lease, at } = leaseOn(() => Promise.reject(new Error('no route')));
  await at(53);
  expect(lease.lost.aborted).toBe(false);
  await at(55);
  expect(lease.lost.aborted).toBe(true);
});

test('a worker that was frozen for longer than its lease does not ask first', async () => {
  let asked = 0;
  const { lease, at } = leaseOn(async () => {
    asked += 1;
    return true;
  });
  await at(21);
  await at(500);
  expect(lease.lost.aborted).toBe(true);
  expect(asked).toBe(1);
});

test('an answer that comes late counts from the question', async () => {
  const answer = Promise.withResolvers<boolean>();
  const { lease, at } = leaseOn(() => answer.promise);
  await at(20);
  await at(50);
  answer.resolve(true);
  await answer.promise;
  await at(73);
  expect(lease.lost.aborted).toBe(false);
  await at(75);
  expect(lease.lost.aborted).toBe(true);
});
