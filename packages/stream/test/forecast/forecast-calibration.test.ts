import { buildDependencyGraph } from '@sage/graph';
import type { SchedulerTicket } from '@sage/scheduler';
import { parseTicketIndex } from '@sage/tickets';
import { describe, expect, test } from 'vitest';
import type { RunEvent, RunFact } from '@sage/journal';
import { LiveBacklog } from '../../src/backlog/live-backlog.ts';
import { LiveForecast } from '../../src/forecast/live-forecast.ts';
import { RunFold } from '@sage/journal';
import { type AttemptEnd, TrackRecord } from '../../src/history/track-record.ts';

const MINUTE = 60_000;
const MAX_ATTEMPTS = 2;
const EARLIER = 200;
const BACKLOGS = 250;

/** What is true of every attempt, here, in earlier runs and in the one that is forecast. */
const CHANCES: Partial<Record<AttemptEnd, number>> = {
  failed: 0.1,
  rejected: 0.04,
  conflicted: 0.06,
  deferred: 0.02,
};

/** All that is drawn in one world: a generator of its own (Park and Miller), not that of the forecast. */
function world(seed: number) {
  let state = ((seed + 1) * 48_271) % 2_147_483_647;
  const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  const logNormal = (median: number, deviation: number) =>
    median * Math.exp(deviation * Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random()));
  return {
    whole: (from: number, to: number) => from + Math.floor(random() * (to - from + 1)),
    minutes: () => logNormal(10, 0.6),
    landing: () => logNormal(4, 0.5),
    end(): AttemptEnd {
      let left = random();
      for (const [end, chance] of Object.entries(CHANCES)) {
        left -= chance;
        if (left < 0) return end as AttemptEnd;
      }
      return 'landed';
    },
  };
}

type World = ReturnType<typeof world>;

interface Task {
  readonly id: string;
  readonly waitsFor: string[];
  state: 'waiting' | 'busy' | 'done' | 'given up';
  failures: number;
  conflicts: number;
}

function draw({ whole }: World): Task[] {
  return Array.from({ length: whole(10, 50) }, (_, nth) => {
    const waitsFor = new Set<string>();
    if (nth > 4) for (let some = whole(0, 2); some > 0; some--) waitsFor.add(idOf(whole(nth - 5, nth - 1)));
    return { id: idOf(nth), waitsFor: [...waitsFor], state: 'waiting', failures: 0, conflicts: 0 };
  });
}

const idOf = (nth: number) => `T-${String(nth).padStart(3, '0')}`;

/** The longest chain of tickets from each one on, itself included. */
function chains(tasks: readonly Task[]): Map<string, number> {
  const lengths = new Map<string, number>();
  for (const { id } of tasks.toReversed()) {
    const after = tasks.filter(({ waitsFor }) => waitsFor.includes(id));
    lengths.set(id, 1 + Math.max(0, ...after.map((one) => lengths.get(one.id) ?? 0)));
  }
  return lengths;
}

/**
 * A run, event by event, without anything of the simulation that is tested: whoever is free takes the ready ticket
 * with the longest chain. Calls back before each event; returns when it was over, in minutes.
 */
async function run(
  tasks: readonly Task[],
  workers: number,
  drawn: World,
  tell: (fact: RunFact, at: number) => void,
  before: (now: number) => Promise<void>,
): Promise<number> {
  const lengths = chains(tasks);
  const due: { at: number; happens: () => void }[] = [];
  let now = 0;
  let free = workers;
  const isReady = ({ state, waitsFor }: Task) =>
    state === 'waiting' && waitsFor.every((id) => tasks.find((one) => one.id === id)?.state === 'done');
  const about = (task: Task) => ({ ticket: task.id, worker: 1, attempt: 1 });
  const giveUp = (task: Task) => {
    task.state = 'given up';
    tell(
      { event: 'ticket.deferred', ticket: task.id, category: 'agent_failed', reason: '', attempts: 1 },
      now,
    );
  };
  const again = (task: Task) => {
    if (task.failures >= MAX_ATTEMPTS || task.conflicts > 1) giveUp(task);
    else task.state = 'waiting';
  };
  const settle = (task: Task, end: AttemptEnd) => {
    const entry = { ticket: task.id, entry: 'e' };
    if (end === 'landed') {
      task.state = 'done';
      tell({ event: 'landing.landed', ...entry, commit: '' }, now);
      tell({ event: 'ticket.completed', ticket: task.id, commit: '' }, now);
    } else if (end === 'conflicted') {
      task.conflicts++;
      tell({ event: 'landing.conflicted', ...entry, files: [], tickets: [] }, now);
      again(task);
    } else {
      task.failures++;
      tell({ event: 'landing.rejected', ...entry, reason: '', output: '' }, now);
      again(task);
    }
  };
  const finish = (task: Task, minutes: number) => {
    free++;
    const end = drawn.end();
    const seconds = minutes * 60;
    if (end === 'failed' || end === 'deferred') {
      task.failures++;
      tell({ event: 'attempt.finished', ...about(task), outcome: end, seconds }, now);
      if (end === 'deferred') giveUp(task);
      else again(task);
      return;
    }
    tell({ event: 'attempt.finished', ...about(task), outcome: 'completed', seconds }, now);
    due.push({ at: now + drawn.landing(), happens: () => settle(task, end) });
  };
  for (;;) {
    const ready = tasks.filter(isReady).toSorted((a, b) => lengths.get(b.id)! - lengths.get(a.id)!);
    for (const task of ready.slice(0, free)) {
      free--;
      task.state = 'busy';
      tell({ event: 'attempt.started', ...about(task), title: '', base: '' }, now);
      const minutes = drawn.minutes();
      due.push({ at: now + minutes, happens: () => finish(task, minutes) });
    }
    due.sort((a, b) => a.at - b.at);
    const next = due.shift();
    if (!next) return now;
    await before(now);
    now = next.at;
    next.happens();
  }
}

/** What earlier runs of the same world have left. */
function learned(drawn: World) {
  const record = new TrackRecord();
  const samples = [];
  for (let nth = 0; nth < EARLIER; nth++) {
    const end = drawn.end();
    const lands = end !== 'failed' && end !== 'deferred';
    const event = (minutes: number, fact: RunFact): RunEvent => {
      return { v: 2, run: 'r', time: new Date(minutes * MINUTE).toISOString(), ...fact };
    };
    const about = { ticket: 'E', worker: 1, attempt: 1, entry: 'e', commit: '', seconds: 1 };
    const [files, tickets, reason, output] = [[], [], '', ''];
    record.observe(event(0, { event: 'attempt.finished', ...about, outcome: lands ? 'completed' : end }));
    const at = drawn.landing();
    if (end === 'landed') record.observe(event(at, { event: 'landing.landed', ...about }));
    if (end === 'rejected')
      record.observe(event(at, { event: 'landing.rejected', ...about, reason, output }));
    if (end === 'conflicted')
      record.observe(event(at, { event: 'landing.conflicted', ...about, files, tickets }));
    samples.push({ minutes: drawn.minutes(), type: 'task', component: 'T' });
  }
  return { samples, record };
}

/** Forecasts a run when `asked` events have happened, and says where its end lay; undefined where it was over before. */
async function forecastOne(seed: number, asked: (world: World) => number) {
  const drawn = world(seed);
  const history = learned(drawn);
  const tasks = draw(drawn);
  const workers = drawn.whole(1, 6);
  const text = JSON.stringify({
    tickets: tasks.map(({ id }) => ({ id, state: 'UNPROCESSED', type: 'task' })),
  });
  const tickets = new Map(parseTicketIndex(text, 'index.json').tickets.map((one) => [one.id, one]));
  const states = { waiting: 'UNPROCESSED', busy: 'UNPROCESSED', done: 'COMPLETED', 'given up': 'DEFERRED' };
  const fold = new RunFold();
  let clock = 0;
  let told: Extract<RunFact, { event: 'run.forecast' }> | undefined;
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
          if (fact.event === 'run.forecast') told ??= fact;
        },
      },
      settings: { maxAttempts: MAX_ATTEMPTS },
      clock: { now: () => new Date(clock), elapsed: () => 0, after: () => () => {} },
    },
    {
      scheduling: {
        tickets: () =>
          tasks.map(({ id, waitsFor, state }): SchedulerTicket => ({
            id,
            dependencies: waitsFor,
            state: states[state],
          })),
        history,
        rules: {},
      },
      admission: { outlook: () => [{ from: 0, workers }] },
      queued: [],
    },
  );
  let events = 0;
  const when = asked(drawn);
  const end = await run(
    tasks,
    workers,
    drawn,
    (fact, at) => {
      clock = at * MINUTE;
      const event: RunEvent = { v: 2, run: 'r', time: new Date(clock).toISOString(), ...fact };
      fold.apply(event);
      // It publishes by itself after completions; here it is asked once.
      if (event.event !== 'ticket.completed' && event.event !== 'ticket.deferred') live.observe(event);
    },
    async (now) => {
      clock = now * MINUTE;
      if (events++ === when) await live.publish();
    },
  );
  const minutes = (time: string) => Date.parse(time) / MINUTE;
  return (
    told && {
      below: end < minutes(told.low),
      above: end > minutes(told.high),
      sooner: end < minutes(told.expected),
    }
  );
}

describe.each([
  ['at the start', () => 0],
  ['in mid-run', ({ whole }: World) => whole(5, 40)],
])('%s', (_, asked) => {
  test('four of five runs end between low and high, and half of them before the expected time', async () => {
    const ends = [];
    for (let seed = 0; seed < BACKLOGS; seed++) ends.push(await forecastOne(seed, asked));
    const told = ends.filter((one) => one !== undefined);
    expect(told.length).toBeGreaterThan(BACKLOGS * 0.7);
    const share = (count: (one: (typeof told)[number]) => boolean) => told.filter(count).length / told.length;
    expect(share(({ below, above }) => !below && !above)).toBeGreaterThan(0.7);
    expect(share(({ below, above }) => !below && !above)).toBeLessThan(0.9);
    expect(share(({ sooner }) => sooner)).toBeGreaterThan(0.4);
    expect(share(({ sooner }) => sooner)).toBeLessThan(0.6);
  });
});
