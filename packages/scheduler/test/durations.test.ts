import fc from 'fast-check';
import { expect, test } from 'vitest';
import { learnDurations } from '../src/durations.ts';
import type { DurationSample } from '../src/durations.ts';

const sample = (minutes: number, type = 'feature', component = 'API', estimate?: number): DurationSample => ({
  minutes,
  type,
  component,
  estimate,
});
const feature = { type: 'feature', component: 'API' };

test('learnDurations: knows nothing without samples and estimates, and takes an estimate within a factor of three', () => {
  const model = learnDurations([]);
  expect(model.predict(feature)).toBeUndefined();
  const { minutes, low, high, samples } = model.predict({ ...feature, estimate: 60 })!;
  expect(minutes).toBe(60);
  expect(high / minutes).toBeGreaterThan(3);
  expect(high / minutes).toBeLessThan(3.5);
  expect(minutes / low).toBeCloseTo(high / minutes);
  expect(samples).toBe(0);
});

test('learnDurations: finds how long a type and component take', () => {
  const model = learnDurations([
    ...Array.from({ length: 50 }, () => sample(40)),
    ...Array.from({ length: 50 }, () => sample(5, 'documentation', 'DOCS')),
  ]);
  expect(model.samples).toBe(100);
  const long = model.predict(feature)!;
  const short = model.predict({ type: 'documentation', component: 'DOCS' })!;
  expect(long.minutes).toBeGreaterThan(36);
  expect(short.minutes).toBeLessThan(6);
  expect(long.samples).toBe(50);
  expect(model.predict({ type: 'feature', component: 'unheard' })!.minutes).toBeGreaterThan(25);
  expect(model.predict({ type: 'unheard', component: 'API' })!.minutes).toBeCloseTo(Math.sqrt(40 * 5));
});

test('learnDurations: corrects estimates by what came of earlier ones', () => {
  const model = learnDurations(
    Array.from({ length: 40 }, (_, nth) => sample(10 + nth, 'task', 'A', 100 + 10 * nth)),
  );
  const { minutes } = model.predict({ type: 'task', component: 'A', estimate: 200 })!;
  expect(minutes).toBeGreaterThan(19);
  expect(minutes).toBeLessThan(23);
});

test('learnDurations: without samples a ticket without an estimate takes as long as the others, and no surer', () => {
  const model = learnDurations([], { usualEstimate: 60 });
  const { minutes, low, high } = model.predict(feature)!;
  expect(minutes).toBeCloseTo(60);
  expect(high / low).toBeCloseTo(model.predict({ ...feature, estimate: 60 })!.high / low);
});

test('learnDurations: an estimate counts in proportion where only tickets without one were done', () => {
  const model = learnDurations(
    Array.from({ length: 40 }, () => sample(10)),
    { usualEstimate: 480 },
  );
  expect(model.predict(feature)!.minutes).toBeCloseTo(10, 0);
  const usual = model.predict({ ...feature, estimate: 480 })!.minutes;
  expect(usual).toBeGreaterThan(10);
  expect(usual).toBeLessThan(11.5);
  expect(model.predict({ ...feature, estimate: 960 })!.minutes).toBeCloseTo(2 * usual);
});

test('learnDurations: where some had an estimate, those without one hardly matter to the others', () => {
  const model = learnDurations(
    [
      ...Array.from({ length: 40 }, () => sample(10, 'feature', 'API', 100)),
      ...Array.from({ length: 40 }, () => sample(30)),
    ],
    { usualEstimate: 100 },
  );
  const { minutes } = model.predict({ ...feature, estimate: 200 })!;
  expect(minutes).toBeGreaterThan(20);
  expect(minutes).toBeLessThan(21);
  // Without an estimate, all that is known is how long such tickets took.
  expect(model.predict(feature)!.minutes).toBeCloseTo(Math.sqrt(10 * 30), 0);
});

test('learnDurations: leaves out invalid durations, and is surer the more it has seen', () => {
  const odd = [0, -1, Number.NaN, Infinity].map((minutes) => sample(minutes));
  expect(learnDurations(odd).samples).toBe(0);
  const width = (count: number): number => {
    const { low, high } = learnDurations(Array.from({ length: count }, () => sample(10))).predict(feature)!;
    return high / low;
  };
  expect(width(50)).toBeLessThan(width(5));
  expect(width(5)).toBeLessThan(width(1));
});

test('learnDurations: four of five tickets fall into the interval', () => {
  const normals = fc.array(fc.double({ min: 0.001, max: 0.999, noNaN: true }), {
    minLength: 400,
    maxLength: 400,
  });
  fc.assert(
    fc.property(normals, fc.double({ min: 0.2, max: 1.5, noNaN: true }), (uniform, deviation) => {
      // A logistic is close to a normal with this scale.
      const minutes = uniform.map((at) => Math.exp(3 + deviation * 0.5513 * Math.log(at / (1 - at))));
      const { low, high } = learnDurations(minutes.map((one) => sample(one))).predict(feature)!;
      // The drawn ones are not uniform themselves: what is asked is the share that a normal of their spread has.
      const logs = minutes.map(Math.log);
      const mean = logs.reduce((sum, one) => sum + one, 0) / logs.length;
      const spread = Math.sqrt(logs.reduce((sum, one) => sum + (one - mean) ** 2, 0) / logs.length);
      expect(Math.log(high) - Math.log(low)).toBeGreaterThan(2 * 1.28 * spread * 0.99);
      expect(Math.log(high) - Math.log(low)).toBeLessThan(2 * 1.28 * spread * 1.05 + 0.25);
    }),
    { numRuns: 20 },
  );
});

test('learnDurations: any type and component is a key like any other', () => {
  const model = learnDurations([sample(5, '__proto__', 'constructor'), sample(50, '', '","')]);
  expect(model.predict({ type: '__proto__', component: 'constructor' })!.samples).toBe(1);
});
