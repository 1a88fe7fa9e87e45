import { describe, expect, test } from 'vitest';
import { forecast } from '../src/forecast.ts';
import { simulate } from '../src/simulate.ts';

const tickets = Array.from({ length: 40 }, (_, nth) => ({
  id: `T-${nth}`,
  dependencies: nth % 4 === 0 ? [] : [`T-${nth - 1}`],
  duration: 10,
}));

describe('forecast', () => {
  test('is the simulation as planned, with a range around it that is always the same', () => {
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

  test('without ranges has none', () => {
    const { makespan, expected, low, high } = forecast(tickets, { workers: 4, rangeOf: () => undefined });
    expect([low, expected, high]).toEqual(Array(3).fill(makespan));
    expect(forecast([], { workers: 1, rangeOf: () => undefined })).toMatchObject({
      makespan: 0,
      low: 0,
      high: 0,
    });
  });
});
