import { expect, test } from 'vitest';
import { courses } from '../../src/forecast/attempt-course.ts';
import type { RunEvent, RunFact } from '@sage/journal';
import { TrackRecord } from '../../src/history/track-record.ts';

function recordOf(...facts: [minute: number, fact: RunFact][]): TrackRecord {
  const record = new TrackRecord();
  for (const [minute, fact] of facts)
    record.observe({
      v: 2,
      run: 'r',
      time: new Date(minute * 60_000).toISOString(),
      ...fact,
    } satisfies RunEvent);
  return record;
}

type Outcome = Extract<RunFact, { event: 'attempt.finished' }>['outcome'];
const finished = (
  ticket: string,
  outcome: Outcome,
  more: { seconds?: number; costUsd?: number } = {},
): RunFact => {
  return { event: 'attempt.finished', ticket, worker: 1, attempt: 1, seconds: 1, outcome, ...more };
};
const landed = (ticket: string): RunFact => ({ event: 'landing.landed', ticket, entry: 'e', commit: 'c' });
const conflicted = (ticket: string): RunFact => {
  return { event: 'landing.conflicted', ticket, entry: 'e', files: [], tickets: [] };
};

test('knows how long work took to land, whatever came of it, and nothing of what was queued before a kill', () => {
  const record = recordOf(
    [0, finished('A', 'completed')],
    [1, finished('B', 'completed')],
    [2, finished('C', 'completed')],
    [5, landed('A')],
    [7, conflicted('B')],
    [
      900,
      { event: 'run.started', target: 't', base: 'b', workers: 1, agent: 'a', tickets: [], resumed: true },
    ],
    [901, landed('C')],
  );
  expect(record.landings).toEqual([5, 6]);
  expect(record.attempts).toBe(2);
});

test('a share of few attempts is neither never nor always; cut-off and rate-limited attempts are none', () => {
  expect(recordOf().shares).toEqual(new Map([['landed', 1]]));
  const sound = ['A', 'B', 'C'].flatMap((id): [number, RunFact][] => [
    [0, finished(id, 'completed')],
    [1, landed(id)],
  ]);
  expect(recordOf(...sound).shares.get('failed')).toBeCloseTo(0.5 / 13);
  expect(recordOf([0, finished('A', 'failed')]).shares.get('failed')).toBeCloseTo(1.5 / 11);
  expect(recordOf([0, finished('A', 'rate-limited')], [0, finished('A', 'interrupted')]).attempts).toBe(0);
});

test('what fails, conflicts or is rejected is tried again, what its agent deferred is not', () => {
  expect(recordOf().failing).toBe(0);
  const record = recordOf(
    [0, finished('A', 'completed')],
    [0, finished('B', 'completed')],
    [1, landed('A')],
    [1, conflicted('B')],
    [2, finished('C', 'failed')],
    [2, finished('D', 'deferred')],
  );
  expect(record.failing).toBeCloseTo(2.5 / 14);
});

test('the newest two hundred count', () => {
  const many = Array.from({ length: 500 }, (_, nth): [number, RunFact][] => [
    [0, finished('A', 'completed')],
    [nth, landed('A')],
  ]);
  const { landings, attempts } = recordOf(...many.flat());
  expect([landings[0], landings.length, attempts]).toEqual([300, 200, 200]);
});

test('a ticket is tried as often as a run tries it: failures up to the limit, one conflict more', () => {
  const always = (end: 'failed' | 'conflicted' | 'deferred') =>
    courses({ shares: new Map([[end, 1]]), landings: [3] }, 4);
  const none = { failures: 0, conflicts: 0 };
  expect(always('failed')(none, Math.random)).toEqual({ landings: [0, 0, 0, 0], deferred: true });
  expect(always('failed')({ ...none, failures: 3 }, Math.random)).toEqual({ landings: [0], deferred: true });
  expect(always('conflicted')(none, Math.random)).toEqual({ landings: [3, 3], deferred: true });
  expect(always('deferred')(none, Math.random)).toEqual({ landings: [0], deferred: true });
});

test('what waits to land can only land, conflict or be rejected, and takes longer than it has waited', () => {
  const shares = new Map([['failed', 0.9] as const, ['landed', 0.1] as const]);
  const course = courses({ shares, landings: [1, 2, 5, 6] }, 2);
  for (let nth = 0; nth < 50; nth++) {
    const { landings, deferred } = course({ failures: 0, conflicts: 0, waited: 2 }, Math.random);
    expect([5, 6]).toContain(landings[0]);
    expect(deferred).toBe(false);
  }
  expect(course({ failures: 0, conflicts: 0, waited: 99 }, Math.random).landings).toEqual([0]);
});

test('a minute costs what the attempts that told their cost took together', () => {
  expect(recordOf([0, finished('A', 'completed')]).costPerMinute).toBe(undefined);
  const record = recordOf(
    [0, finished('A', 'completed', { seconds: 120, costUsd: 1 })],
    [1, finished('B', 'failed', { seconds: 60, costUsd: 0.2 })],
    [2, finished('C', 'completed', { seconds: 6000 })],
  );
  expect(record.costPerMinute).toBeCloseTo(1.2 / 3);
});
