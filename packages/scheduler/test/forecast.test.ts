import { expect, test } from 'vitest';
import { LimitError } from '../src/errors.ts';
import { forecast } from '../src/forecast.ts';
import { simulate } from '../src/simulate.ts';

const tickets = Array.from({ length: 40 }, (_, nth) => ({
  id: `T-${nth}`,
  dependencies: nth % 4 === 0 ? [] : [`T-${nth - 1}`],
  duration: 10,
}));

test('forecast: is the simulation as planned, with a range around it that is always the same', () => {
  const options = { workers: 4, rangeOf: () => ({ low: 4, high: 25 }) };
  const one = forecast(tickets, options);
  expect(one).toMatchObject(simulate(tickets, { workers: 4 }));
  expect(one.low).toBeLessThan(one.expected);
  expect(one.expected).toBeLessThan(one.high);
  // The log-normal of 4 to 25 has a mean of 12.9: all work spread evenly takes 129 minutes on the average.
  expect(one.low).toBeGreaterThan(100);
  expect(one.high).toBeGreaterThan(130);
  expect(one.high).toBeLessThan(220);
  expect(forecast(tickets, options)).toEqual(one);
});

test('forecast: in mid-run holds four of five ends, with the time that running tickets have had', () => {
  const middle = Math.log(10);
  const deviation = 0.7;
  const factor = Math.exp(1.2816 * deviation);
  let held = 0;
  const RUNS = 200;
  for (let seed = 0; seed < RUNS; seed++) {
    const random = seededNormals(seed);
    const real = new Map(tickets.map(({ id }) => [id, Math.exp(middle + deviation * random())]));
    const { assignments, makespan } = simulate(tickets, { workers: 4, durationOf: (id) => real.get(id)! });
    const now = makespan / 2;
    const done = new Set(assignments.filter(({ end }) => end <= now).map(({ id }) => id));
    const left = tickets.map((one) => (done.has(one.id) ? { ...one, state: 'COMPLETED' } : one));
    const running = assignments.filter(({ start, end }) => start <= now && end > now);
    const { low, expected, high } = forecast(left, {
      workers: 4,
      underWay: new Map(running.map(({ id, start }) => [id, now - start])),
      rangeOf: () => ({ low: 10 / factor, high: 10 * factor }),
      runs: 100,
    });
    expect(low).toBeLessThanOrEqual(expected);
    if (makespan - now >= low && makespan - now <= high) held++;
  }
  expect(held / RUNS).toBeGreaterThan(0.72);
  expect(held / RUNS).toBeLessThan(0.88);
});

test('forecast: four simulations are enough for a range that holds four of five ends', () => {
  let held = 0;
  const BACKLOGS = 300;
  for (let seed = 0; seed < BACKLOGS; seed++) {
    const random = seededNormals(seed);
    const backlog = Array.from({ length: 60 }, (_, nth) => {
      return { id: `T-${nth}`, dependencies: [], duration: 10 * Math.exp(0.5 * random()) };
    });
    const range = (id: string) => {
      const { duration } = backlog[Number(id.slice(2))]!;
      return { low: duration / 2, high: duration * 2 };
    };
    const { low, high } = forecast(backlog, { workers: 3, rangeOf: range, runs: 4 });
    const deviation = Math.log(2) / 1.2816;
    const real = new Map(backlog.map(({ id, duration }) => [id, duration * Math.exp(deviation * random())]));
    const { makespan } = simulate(backlog, { workers: 3, durationOf: (id) => real.get(id)! });
    if (makespan >= low && makespan <= high) held++;
  }
  expect(held / BACKLOGS).toBeGreaterThan(0.72);
  expect(held / BACKLOGS).toBeLessThan(0.88);
});

test.each([
  ['nothing waits', 3, 400, 1],
  ['chains, and workers for all', 20, 10, 40],
  ['chains, and few workers', 4, 40, 10],
  ['one chain', 2, 1, 300],
])('forecast: one simulation is enough for such a range: %s', (_, workers, chains, length) => {
  let held = 0;
  const BACKLOGS = 150;
  for (let seed = 0; seed < BACKLOGS; seed++) {
    const random = seededNormals(seed);
    const backlog = Array.from({ length: chains * length }, (_, nth) => {
      const dependencies = nth % length === 0 ? [] : [`T-${nth - 1}`];
      return { id: `T-${nth}`, dependencies, duration: 10 * Math.exp(0.5 * random()) };
    });
    const range = (id: string) => {
      const { duration } = backlog[Number(id.slice(2))]!;
      return { low: duration / 2, high: duration * 2 };
    };
    const { low, high } = forecast(backlog, { workers, rangeOf: range, runs: 1 });
    const deviation = Math.log(2) / 1.2816;
    const real = new Map(backlog.map(({ id, duration }) => [id, duration * Math.exp(deviation * random())]));
    const { makespan } = simulate(backlog, { workers, durationOf: (id) => real.get(id)! });
    if (makespan >= low && makespan <= high) held++;
  }
  expect(held / BACKLOGS).toBeGreaterThan(0.72);
});

test('forecast: costs what the minutes of all attempts cost, those that fail as well', () => {
  const options = { workers: 4, costPerMinute: 0.5, rangeOf: () => undefined };
  expect(forecast(tickets, options)).toMatchObject({
    cost: 200,
    costs: { low: 200, expected: 200, high: 200 },
  });
  const twice = { landings: [0, 0], deferred: false };
  expect(forecast(tickets, { ...options, courseOf: () => twice })).toMatchObject({
    cost: 200,
    costs: { expected: 400 },
  });
  const { costs } = forecast(tickets, { ...options, rangeOf: () => ({ low: 4, high: 25 }) });
  expect(costs.low).toBeLessThan(costs.expected);
  expect(costs.expected).toBeLessThan(costs.high);
});

test.each([0, 1.5, Number.NaN])('forecast: %d runs are refused', (runs) => {
  expect(() => forecast(tickets, { workers: 4, rangeOf: () => undefined, runs })).toThrow(LimitError);
});

test('forecast: without ranges has none', () => {
  const { makespan, expected, low, high } = forecast(tickets, { workers: 4, rangeOf: () => undefined });
  expect([low, expected, high]).toEqual(Array(3).fill(makespan));
  expect(forecast([], { workers: 1, rangeOf: () => undefined })).toMatchObject({
    makespan: 0,
    low: 0,
    high: 0,
  });
});

/** Box and Muller over a linear congruence. */
function seededNormals(seed: number): () => number {
  let state = (seed + 1) * 48_271;
  const next = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  return () => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
}

test('an impossible range counts as the duration', () => {
  for (const range of [
    { low: 0, high: 3 },
    { low: 1, high: Infinity },
    { low: Number.NaN, high: 3 },
  ]) {
    const tickets = [{ id: 'A-1', dependencies: [], duration: 5 }];
    expect(forecast(tickets, { workers: 1, rangeOf: () => range, runs: 5 })).toMatchObject({
      low: 5,
      high: 5,
    });
  }
});
