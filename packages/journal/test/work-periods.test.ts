import { expect, test } from 'vitest';
import { type RunEvent, workedUntil, workPeriods } from '../src/index.ts';

const event = (name: string, second: number) =>
  ({ event: name, time: new Date(second * 1_000).toISOString() }) as RunEvent;

test('a run is worked on from each start to the last event before the next', () => {
  const periods = workPeriods([
    event('run.started', 10),
    event('run.paused', 20),
    event('run.started', 100),
    event('run.finished', 130),
  ]);
  expect(periods).toEqual([
    { start: 10_000, end: 20_000 },
    { start: 100_000, end: 130_000 },
  ]);
  const worked = [5, 15, 50, 110, 500].map((second) => workedUntil(periods, second * 1_000));
  expect(worked).toEqual([0, 5_000, 10_000, 20_000, 40_000]);
});

test('a clock that goes back, and a time that is none, take nothing away', () => {
  expect(workPeriods([event('run.started', 10), event('run.paused', 30), event('run.resumed', 20)])).toEqual([
    { start: 10_000, end: 30_000 },
  ]);
  expect(workPeriods([{ event: 'run.paused', time: 'x' } as RunEvent])).toEqual([]);
});
