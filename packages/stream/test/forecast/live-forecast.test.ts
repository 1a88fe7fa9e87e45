import { setImmediate as nextTurn } from 'node:timers/promises';
import { buildDependencyGraph } from '@sage/graph';
import type { SchedulerTicket } from '@sage/scheduler';
import { parseTicketIndex } from '@sage/tickets';
import { expect, test } from 'vitest';
import type { RunEvent, RunFact } from '@sage/journal';
import { LiveBacklog } from '../../src/backlog/live-backlog.ts';
import { LiveForecast } from '../../src/forecast/live-forecast.ts';
import { RunFold } from '@sage/journal';
import { TrackRecord } from '../../src/history/track-record.ts';

const MINUTE = 60_000;

/** A run of independent tickets, on a clock of its own. */
function start(
  count: number,
  options: {
    samples?: number;
    workers?: number;
    allowed?: number;
    from?: number;
    failures?: number;
    dependencies?: Record<string, string[]>;
    only?: string[];
    conflictChance?: () => number;
  } = {},
) {
  const { samples = 0, workers = 2, from = 0, failures = 0 } = options;
  const { allowed = workers, dependencies = {} } = options;
  const ids = Array.from({ length: count }, (_, nth) => `T-${nth}`);
  const text = JSON.stringify({ tickets: ids.map((id) => ({ id, state: 'UNPROCESSED', type: 'task' })) });
  const tickets = new Map(parseTicketIndex(text, 'index.json').tickets.map((ticket) => [ticket.id, ticket]));
  const states = new Map(ids.map((id) => [id, 'UNPROCESSED']));
  const told: Extract<RunFact, { event: 'run.forecast' }>[] = [];
  let now = 0;
  const timers = new Set<{ at: number; callback: () => void }>();
  const record = new TrackRecord();
  const fold = new RunFold();
  const live = new LiveForecast(
    {
      backlog: new LiveBacklog(
        { file: '', tickets, graph: buildDependencyGraph([]), heldBack: new Map(), warnings: [] },
        new Set(),
      ),
      log: {
        get state() {
          return { ...fold.state, workers };
        },
        emit: async (fact) => {
          if (fact.event === 'run.forecast') told.push(fact);
        },
      },
      settings: { maxAttempts: 2 },
      clock: {
        now: () => new Date(now),
        elapsed: () => 0,
        after(milliseconds, callback) {
          const timer = { at: now + milliseconds, callback };
          timers.add(timer);
          return () => void timers.delete(timer);
        },
      },
    },
    {
      scheduling: {
        tickets: () =>
          ids.map((id): SchedulerTicket => ({
            id,
            dependencies: dependencies[id] ?? [],
            state: states.get(id),
          })),
        history: {
          samples: Array.from({ length: samples }, () => ({ minutes: 10, type: 'task', component: 'T' })),
          record,
        },
        rules: {
          only: new Set(options.only ?? ids),
          ...(options.conflictChance && { conflictChance: options.conflictChance }),
        },
      },
      admission: { outlook: () => [{ from, workers: allowed }] },
      queued: [],
    },
  );
  const event = (fact: RunFact): RunEvent => ({ v: 2, run: 'r', time: new Date(now).toISOString(), ...fact });
  const saw = (fact: RunFact) => {
    fold.apply(event(fact));
    live.observe(event(fact));
  };
  const about = { worker: 1, attempt: 1 };
  for (let nth = 0; nth < failures; nth++)
    record.observe(
      event({ event: 'attempt.finished', ticket: 'E', seconds: 9, outcome: 'failed', ...about }),
    );
  const settled = async () => {
    // No forecast of so few tickets has more steps.
    for (let step = 0; step < 50; step++) await nextTurn();
  };
  return {
    tell: () => live.publish(),
    saw,
    told,
    wait(milliseconds: number) {
      now += milliseconds;
      for (const timer of timers) if (timer.at <= now && timers.delete(timer)) timer.callback();
    },
    close: () => live.close(),
    started: (ticket: string) => saw({ event: 'attempt.started', ticket, title: '', base: '', ...about }),
    finished: (ticket: string, seconds: number, outcome: 'completed' | 'failed' = 'completed') =>
      saw({ event: 'attempt.finished', ticket, seconds, outcome, ...about }),
    async completed(ticket: string) {
      states.set(ticket, 'COMPLETED');
      saw({ event: 'ticket.completed', ticket, commit: '' });
      await settled();
    },
    settled,
    /** In an earlier run. */
    landed(ticket: string, after: number) {
      record.observe(
        event({ event: 'attempt.finished', ticket, seconds: 9, outcome: 'completed', ...about }),
      );
      const landed = event({ event: 'landing.landed', ticket, entry: 'e', commit: '' });
      record.observe({ ...landed, time: new Date(now + after * MINUTE).toISOString() });
    },
    minutes: (time: string) => (Date.parse(time) - now) / MINUTE,
  };
}

test('with earlier runs to learn from it publishes at once, else after the first completion', async () => {
  const knows = start(8, { samples: 50 });
  await knows.tell();
  expect(knows.told).toMatchObject([{ event: 'run.forecast', remaining: 8 }]);
  const { expected, low, high } = knows.told[0]!;
  expect(knows.minutes(expected)).toBeGreaterThan(35);
  expect(knows.minutes(expected)).toBeLessThan(60);
  expect(Date.parse(low)).toBeLessThan(Date.parse(expected));
  expect(Date.parse(high)).toBeGreaterThan(Date.parse(expected));

  const learns = start(8);
  await learns.tell();
  expect(learns.told).toEqual([]);
  learns.started('T-0');
  learns.wait(10 * MINUTE);
  learns.finished('T-0', 600);
  await learns.completed('T-0');
  expect(learns.told).toMatchObject([{ remaining: 7 }]);
});

test('predicted conflicts count in the forecast of a run that is not too large for that', async () => {
  let asked = 0;
  const conflictChance = () => {
    asked += 1;
    return 0.1;
  };
  await start(20, { samples: 50, workers: 4, conflictChance }).tell();
  expect(asked).toBeGreaterThan(0);
  asked = 0;
  const large = start(600, { samples: 50, workers: 500, conflictChance });
  await large.tell();
  expect(large.told).toHaveLength(1);
  expect(asked).toBe(0);
});

test('tells at most every ten seconds, what happened meanwhile after them, and nothing when nothing is left', async () => {
  const run = start(4, { samples: 50 });
  await run.tell();
  await run.completed('T-0');
  run.wait(9_999);
  await run.completed('T-1');
  expect(run.told).toHaveLength(1);
  run.wait(1);
  await run.settled();
  expect(run.told.map(({ remaining }) => remaining)).toEqual([4, 2]);
  run.wait(MINUTE);
  await run.settled();
  expect(run.told).toHaveLength(2);
  await run.completed('T-2');
  await run.completed('T-3');
  run.wait(MINUTE);
  await run.settled();
  expect(run.told.map(({ remaining }) => remaining)).toEqual([4, 2, 1]);
});

test('tells what happened while it was about to tell, too, but nothing when it is closed', async () => {
  for (const closed of [false, true]) {
    const run = start(4, { samples: 50 });
    const telling = run.tell();
    await run.completed('T-0');
    await telling;
    if (closed) run.close();
    run.wait(MINUTE);
    await run.settled();
    expect(run.told.map(({ remaining }) => remaining)).toEqual(closed ? [4] : [4, 3]);
  }
});

test('tells nothing while the run is paused, and again when it goes on', async () => {
  const run = start(4, { samples: 50 });
  run.saw({ event: 'run.paused' });
  await run.tell();
  await run.completed('T-0');
  expect(run.told).toEqual([]);
  run.saw({ event: 'run.resumed' });
  await run.settled();
  expect(run.told.map(({ remaining }) => remaining)).toEqual([3]);
});

test('other workers, and tickets that come or go, change it', async () => {
  const news: RunFact[] = [
    { event: 'run.workers', workers: 2 },
    { event: 'tickets.added', tickets: ['T-3'] },
    { event: 'tickets.withdrawn', tickets: ['T-3'] },
  ];
  for (const fact of news) {
    const run = start(4, { samples: 50 });
    run.saw(fact);
    await run.settled();
    expect(run.told).toHaveLength(1);
  }
});

test('what runs may wait for something by now, or be none of the tickets that were chosen', async () => {
  const run = start(2, { samples: 50, dependencies: { 'T-0': ['T-1'] }, only: ['T-1'] });
  run.started('T-0');
  await run.tell();
  expect(run.told).toMatchObject([{ remaining: 2 }]);
});

test('tells nothing after the end of the run', async () => {
  const run = start(4, { samples: 50 });
  const telling = run.tell();
  const summary = { completed: 0, deferred: 0, blocked: 0, unprocessed: 4 };
  run.saw({ event: 'run.finished', outcome: 'interrupted', summary });
  await telling;
  expect(run.told).toEqual([]);
});

test('takes the time that running tickets have had into account, and those that only land as done', async () => {
  const fresh = start(2, { samples: 200 });
  fresh.started('T-0');
  fresh.started('T-1');
  await fresh.tell();
  const late = start(2, { samples: 200 });
  late.started('T-0');
  late.started('T-1');
  late.wait(9 * MINUTE);
  await late.tell();
  expect(late.minutes(late.told[0]!.expected)).toBeLessThan(fresh.minutes(fresh.told[0]!.expected) / 2);

  const landing = start(2, { samples: 200 });
  for (const id of ['T-0', 'T-1']) {
    landing.started(id);
    landing.finished(id, 600);
  }
  await landing.tell();
  expect(landing.minutes(landing.told[0]!.high)).toBe(0);
});

test('counts landings on top, as long as earlier ones took, and less what was waited already', async () => {
  const run = start(2, { samples: 200 });
  run.landed('T-9', 30);
  for (const id of ['T-0', 'T-1']) {
    run.started(id);
    run.finished(id, 600);
  }
  run.wait(20 * MINUTE);
  await run.tell();
  expect(run.minutes(run.told[0]!.low)).toBeCloseTo(10);
  expect(run.minutes(run.told[0]!.expected)).toBeCloseTo(10);
});

test('counts on attempts failing as often as they did, but no ticket being tried more often than it may', async () => {
  const sound = start(40, { samples: 200 });
  await sound.tell();
  const failing = start(40, { samples: 200, failures: 190 });
  await failing.tell();
  const [expected, twice] = [sound, failing].map((run) => run.minutes(run.told[0]!.expected));
  expect(twice).toBeGreaterThan(1.8 * expected!);
  expect(twice).toBeLessThan(2.2 * expected!);
});

test('a ticket that has failed is tried only as often as it still may be', async () => {
  const run = start(1, { samples: 200, workers: 1, failures: 10_000 });
  run.started('T-0');
  run.finished('T-0', 600, 'failed');
  await run.tell();
  expect(run.minutes(run.told[0]!.expected)).toBeGreaterThan(8);
  expect(run.minutes(run.told[0]!.expected)).toBeLessThan(13);
});

test('counts on no more agents than may work now, and on none before the time that the account told', async () => {
  const free = start(40, { samples: 200, workers: 4 });
  await free.tell();
  const limited = start(40, { samples: 200, workers: 4, allowed: 1, from: 60 * MINUTE });
  await limited.tell();
  const [before, after] = [free, limited].map((run) => run.minutes(run.told[0]!.expected));
  expect((after! - 60) / before!).toBeGreaterThan(3.5);
  expect((after! - 60) / before!).toBeLessThan(4.5);
});

test('a ticket that failed counts in full again, and a late report does no harm', async () => {
  const run = start(2, { samples: 200, workers: 1 });
  run.started('T-0');
  run.wait(20 * MINUTE);
  run.finished('T-0', 1200, 'failed');
  await run.tell();
  expect(run.minutes(run.told[0]!.low)).toBeGreaterThan(12);
  run.started('T-1');
  run.wait(MINUTE);
  await run.completed('T-1');
  run.started('T-1');
  run.wait(MINUTE);
  await run.tell();
  expect(run.told.at(-1)).toMatchObject({ remaining: 1 });
});

test('it forecasts a very large backlog, too, and lets other work go on meanwhile', async () => {
  const run = start(20_000, { samples: 200, workers: 8 });
  const telling = run.tell();
  expect(run.told).toEqual([]);
  await telling;
  expect(run.told).toMatchObject([{ remaining: 20_000 }]);
  const { low, expected, high } = run.told[0]!;
  expect([low, expected, high]).toEqual([low, expected, high].toSorted());
});
