import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RateLimiter } from '../../src/limits/rate-limiter.ts';

test('each rate limit doubles the pause, from 2 s to 5 minutes, until an attempt succeeds', () => {
  let now = 0;
  const limit = new RateLimiter(
    () => 4,
    () => now,
  );
  const pauses = Array.from({ length: 12 }, () => {
    const pause = limit.onRateLimited();
    now += pause;
    expect(limit.remaining()).toBe(0);
    return pause;
  });
  expect(pauses.slice(0, 4)).toEqual([2_000, 4_000, 8_000, 16_000]);
  expect(pauses.at(-1)).toBe(300_000);
  limit.onSuccess();
  expect(limit.onRateLimited()).toBe(2_000);
});

test('workers that are rejected together close it once', () => {
  let now = 0;
  const limit = new RateLimiter(
    () => 8,
    () => now,
  );
  limit.onRateLimited();
  now += 500;
  expect(limit.onRateLimited()).toBe(1_500);
  expect(limit.window).toBe(4);
  now += 1_500;
  expect(limit.onRateLimited()).toBe(4_000);
  expect(limit.window).toBe(2);
});

test('a reset time that the account gives counts, however late it comes', () => {
  let now = 0;
  const limit = new RateLimiter(
    () => 2,
    () => now,
  );
  expect(limit.onRateLimited(3_600_000)).toBe(3_600_000);
  now += 1_000;
  expect(limit.onRateLimited(60_000)).toBe(3_599_000);
  now += 3_599_000;
  expect(limit.remaining()).toBe(0);
  expect(limit.onRateLimited(1e15)).toBe(7 * 86_400_000);
});

test('fewer work at a time after each sign, and one more with each success and each quiet minute', () => {
  const sign = fc.constantFrom('onRateLimited', 'onRetry', 'onSuccess', 'quiet');
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 32 }), fc.array(sign, { maxLength: 60 }), (workers, signs) => {
      let now = 0;
      const limit = new RateLimiter(
        () => workers,
        () => now,
      );
      for (const each of signs) {
        const before = limit.window;
        if (each === 'quiet') now += limit.remaining() + Math.min(limit.growsIn(), 60_000);
        else limit[each]();
        const grown = Math.min(workers, before + 1);
        const shrunk = [before, Math.max(1, Math.floor(before / 2))];
        const allowed = each === 'onSuccess' || each === 'quiet' ? [grown] : shrunk;
        expect(allowed).toContain(limit.window);
      }
      expect(limit.window).toBeGreaterThanOrEqual(1);
      expect(limit.growsIn() === Infinity).toBe(limit.window === workers);
    }),
  );
});

test('retries that are reported within ten seconds count once', () => {
  let now = 0;
  const limit = new RateLimiter(
    () => 8,
    () => now,
  );
  for (; now < 9_000; now += 1_000) limit.onRetry();
  expect(limit.window).toBe(4);
  now = 10_000;
  limit.onRetry();
  expect(limit.window).toBe(2);
  expect(limit.remaining()).toBe(0);
});

test('tells how many may work from when on, if no further sign comes', () => {
  let now = 1_000_000;
  const limit = new RateLimiter(
    () => 4,
    () => now,
  );
  expect(limit.outlook()).toEqual([{ from: 0, workers: 4 }]);
  limit.onRateLimited(3_600_000);
  limit.onRetry();
  now += 600_000;
  const steps = limit.outlook();
  expect(steps.map(({ workers }) => workers)).toEqual([1, 2, 3, 4]);
  const start = now;
  for (const { from, workers } of steps) {
    now = start + from - 1;
    expect([limit.remaining() > 0, limit.window < workers]).toContain(true);
    now = start + from;
    expect([limit.remaining(), limit.window]).toEqual([0, workers]);
  }
});

test('workers that come without a sign of a limit all work at once', () => {
  let workers = 1;
  const limit = new RateLimiter(
    () => workers,
    () => 0,
  );
  limit.onSuccess();
  workers = 3;
  expect(limit.window).toBe(3);
  workers = 2;
  limit.onSuccess();
  expect(limit.window).toBe(2);
  workers = 8;
  expect(limit.window).toBe(8);
  expect(limit.growsIn()).toBe(Infinity);
});

test('what the account is known to bear stays when workers come and go', () => {
  let workers = 8;
  let now = 0;
  const limit = new RateLimiter(
    () => workers,
    () => now,
  );
  limit.onRetry();
  expect(limit.window).toBe(4);
  workers = 16;
  expect(limit.window).toBe(4);
  expect(limit.growsIn()).toBe(60_000);
  workers = 2;
  expect(limit.window).toBe(2);
  limit.onSuccess();
  workers = 16;
  expect(limit.window).toBe(4);
  limit.onSuccess();
  expect(limit.window).toBe(5);
  now += 120_000;
  expect(limit.window).toBe(7);
});
