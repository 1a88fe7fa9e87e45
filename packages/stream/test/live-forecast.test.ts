import type { SchedulerTicket } from '@sage/scheduler';
import { parseTicketIndex } from '@sage/tickets';
import { expect, test } from 'vitest';
import type { RunEvent, RunFact } from '../src/events.ts';
import { LiveForecast } from '../src/live-forecast.ts';

const MINUTE = 60_000;

/** A run of independent tickets, on a clock of its own. */
function start(count: number, { samples = 0, workers = 2 } = {}) {
  const ids = Array.from({ length: count }, (_, nth) => `T-${nth}`);
  const text = JSON.stringify({ tickets: ids.map((id) => ({ id, state: 'UNPROCESSED', type: 'task' })) });
  const tickets = new Map(parseTicketIndex(text, 'index.json').tickets.map((ticket) => [ticket.id, ticket]));
  const states = new Map(ids.map((id) => [id, 'UNPROCESSED']));
  const told: Extract<RunFact, { event: 'run.forecast' }>[] = [];
  let now = 0;
  const live = new LiveForecast({
    backlog: { tickets },
    tickets: () => ids.map((id): SchedulerTicket => ({ id, dependencies: [], state: states.get(id) })),
    samples: Array.from({ length: samples }, () => ({ minutes: 10, type: 'task', component: 'T' })),
    workers,
    rules: { only: new Set(ids) },
    clock: { now: () => new Date(now) },
    emit: (fact) => {
      if (fact.event === 'run.forecast') told.push(fact);
      return Promise.resolve();
    },
  });
  const saw = (fact: RunFact) =>
    live.saw({ v: 1, run: 'r', time: new Date(now).toISOString(), ...fact } satisfies RunEvent);
  const about = { worker: 1, attempt: 1 };
  return {
    live,
    told,
    wait: (milliseconds: number) => void (now += milliseconds),
    started: (ticket: string) => saw({ event: 'ticket.started', ticket, title: '', base: '', ...about }),
    finished: (ticket: string, seconds: number, outcome: 'completed' | 'failed' = 'completed') =>
      saw({ event: 'ticket.finished', ticket, seconds, outcome, ...about }),
    completed(ticket: string) {
      states.set(ticket, 'COMPLETED');
      saw({ event: 'ticket.completed', ticket, commit: '' });
    },
    minutes: (time: string) => (Date.parse(time) - now) / MINUTE,
  };
}

test('with earlier runs to learn from it tells at once, else after the first completion', () => {
  const knows = start(8, { samples: 50 });
  knows.live.tell();
  expect(knows.told).toMatchObject([{ event: 'run.forecast', remaining: 8 }]);
  const { expected, low, high } = knows.told[0]!;
  expect(knows.minutes(expected)).toBeGreaterThan(35);
  expect(knows.minutes(expected)).toBeLessThan(60);
  expect(Date.parse(low)).toBeLessThan(Date.parse(expected));
  expect(Date.parse(high)).toBeGreaterThan(Date.parse(expected));

  const learns = start(8);
  learns.live.tell();
  expect(learns.told).toEqual([]);
  learns.started('T-0');
  learns.wait(10 * MINUTE);
  learns.finished('T-0', 600);
  learns.completed('T-0');
  expect(learns.told).toMatchObject([{ remaining: 7 }]);
});

test('tells at most every ten seconds, and nothing when nothing is left', () => {
  const run = start(4, { samples: 50 });
  run.live.tell();
  run.completed('T-0');
  run.wait(9_999);
  run.completed('T-1');
  expect(run.told).toHaveLength(1);
  run.wait(1);
  run.completed('T-2');
  expect(run.told.map(({ remaining }) => remaining)).toEqual([4, 1]);
  run.wait(MINUTE);
  run.completed('T-3');
  expect(run.told).toHaveLength(2);
});

test('takes the time that running tickets have had into account, and those that only land as done', () => {
  const fresh = start(2, { samples: 200 });
  fresh.started('T-0');
  fresh.started('T-1');
  fresh.live.tell();
  const late = start(2, { samples: 200 });
  late.started('T-0');
  late.started('T-1');
  late.wait(9 * MINUTE);
  late.live.tell();
  expect(late.minutes(late.told[0]!.expected)).toBeLessThan(fresh.minutes(fresh.told[0]!.expected) / 2);

  const landing = start(2, { samples: 200 });
  for (const id of ['T-0', 'T-1']) {
    landing.started(id);
    landing.finished(id, 600);
  }
  landing.live.tell();
  expect(landing.minutes(landing.told[0]!.high)).toBe(0);
});

test('a ticket that failed counts in full again, and one that is told later than it counts does no harm', () => {
  const run = start(2, { samples: 200, workers: 1 });
  run.started('T-0');
  run.wait(20 * MINUTE);
  run.finished('T-0', 1200, 'failed');
  run.live.tell();
  expect(run.minutes(run.told[0]!.low)).toBeGreaterThan(15);
  run.started('T-1');
  run.wait(MINUTE);
  run.completed('T-1');
  run.started('T-1');
  run.wait(MINUTE);
  run.live.tell();
  expect(run.told.at(-1)).toMatchObject({ remaining: 1 });
});

test('of a very large backlog it says nothing', () => {
  const run = start(5_001, { samples: 5 });
  run.live.tell();
  expect(run.told).toEqual([]);
});
