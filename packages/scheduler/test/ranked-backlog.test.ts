import { expect, test } from 'vitest';
import { createScheduler, forecast, planBatches, rankBacklog, simulate } from '../src/index.ts';

const tickets = Array.from({ length: 30 }, (_, nth) => ({
  id: `T-${nth}`,
  dependencies: nth < 5 ? [] : [`T-${nth % 5}`, `T-${nth - 3}`],
  duration: 1 + (nth % 7),
  state: nth % 11 === 10 ? 'COMPLETED' : 'UNPROCESSED',
}));

test('several plans of one ranked backlog are those of its tickets, and leave it as it was', () => {
  const ranked = rankBacklog(tickets);
  const options = { workers: 3, rangeOf: () => ({ low: 1, high: 9 }), runs: 5 };
  for (let time = 0; time < 2; time++) {
    expect(planBatches(ranked, 3)).toEqual(planBatches(tickets, 3));
    expect(simulate(ranked, { workers: 3 })).toEqual(simulate(tickets, { workers: 3 }));
    expect(forecast(ranked, options)).toEqual(forecast(tickets, options));
  }
});

test('a scheduler of a ranked backlog takes more tickets', () => {
  const scheduler = createScheduler(rankBacklog(tickets.slice(0, 5)));
  scheduler.added([{ id: 'NEW', dependencies: ['T-1'] }]);
  expect(scheduler.ready).toBe(5);
  scheduler.started('T-1');
  scheduler.completed('T-1');
  expect(scheduler.ready).toBe(5);
});
