import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SchedulerTicket } from '../src/backlog.ts';
import { recommendWorkers } from '../src/recommend.ts';
import { simulate } from '../src/simulate.ts';
import { backlogs } from './arbitrary-backlogs.ts';

const independent = (count: number): SchedulerTicket[] =>
  Array.from({ length: count }, (_, index) => ({ id: `T-${index}`, dependencies: [], duration: 10 }));

describe('recommendWorkers', () => {
  test('9 equal tickets: as many workers as are allowed, where they help', () => {
    expect(recommendWorkers(independent(9), { cap: 3 })).toEqual({
      workers: 3,
      reason: '3 workers are 3 times as fast as one; 2 would be 1.8 times as fast.',
      table: [
        { workers: 1, makespan: 90 },
        { workers: 2, makespan: 50 },
        { workers: 3, makespan: 30 },
      ],
    });
  });

  test('no more than help', () => {
    expect(recommendWorkers(independent(4), { cap: 3 })).toMatchObject({
      workers: 2,
      reason: '2 workers are 2 times as fast as one, and no number up to 3 gains 5 % more.',
    });
    const chain = independent(5).map((ticket, index) => ({
      ...ticket,
      dependencies: index === 0 ? [] : [`T-${index - 1}`],
    }));
    expect(recommendWorkers(chain, { cap: 8 })).toMatchObject({
      workers: 1,
      reason: 'More workers, up to 5, gain less than 5 %: the tickets wait for each other.',
    });
  });

  test('one worker where there is nothing to choose', () => {
    expect(recommendWorkers([], { cap: 8 })).toEqual({
      workers: 1,
      reason: 'No ticket can run now, so one worker is enough.',
      table: [{ workers: 1, makespan: 0 }],
    });
    expect(recommendWorkers(independent(1), { cap: 8 }).reason).toBe('There is one ticket to run.');
    expect(recommendWorkers(independent(5), { cap: 1 }).reason).toBe('No more than one worker was allowed.');
  });

  test('is the smallest number within 5 % of the best, by trying them all', () => {
    fc.assert(
      fc.property(backlogs, fc.integer({ min: 1, max: 6 }), (tickets, cap) => {
        const makespans = Array.from(
          { length: cap },
          (_, index) => simulate(tickets, { workers: index + 1 }).makespan,
        );
        const best = Math.min(...makespans);
        const { workers } = recommendWorkers(tickets, { cap });
        expect(makespans[workers - 1]).toBeLessThanOrEqual(best * 1.05);
        for (const makespan of makespans.slice(0, workers - 1)) expect(makespan).toBeGreaterThan(best * 1.05);
      }),
    );
  });
});
