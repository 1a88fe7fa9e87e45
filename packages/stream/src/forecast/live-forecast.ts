import { setImmediate as otherWork } from 'node:timers/promises';
import {
  type Allowance,
  type DurationSample,
  forecastDraws,
  type SchedulerOptions,
  type SchedulerTicket,
} from '@sage/scheduler';
import { type Behind, courses, median } from './attempt-course.ts';
import type { Backlog } from '../backlog.ts';
import type { Clock } from '../clock.ts';
import type { RunEvent, RunFact } from '../journal/events.ts';
import { type History, knownBefore, modelOf } from './history.ts';
import type { RunState } from '../journal/run-state.ts';
import type { TrackRecord } from './track-record.ts';

/** To be done, or being done. */
const isOpen = ({ state }: SchedulerTicket): boolean => state === 'UNPROCESSED' || state === 'IN_PROGRESS';

const MINUTE = 60_000;
/** Forecasts are at least so far apart (ms), and take at most so small a share of the time. */
const APART = 10_000;
const SHARE = 1 / 50;
/** The fewest simulations that show four of five (nine values have ten gaps), and the most. */
const RUNS = { fewest: 9, most: 49 };

export interface LiveForecastOptions {
  readonly backlog: Pick<Backlog, 'tickets'>;
  /** The backlog in the states of now; durations do not matter. */
  readonly tickets: () => readonly SchedulerTicket[];
  /** Of earlier runs. */
  readonly history: History;
  /** Tickets whose work waits to land from the start. */
  readonly queued: readonly string[];
  readonly state: () => Pick<RunState, 'attempts' | 'conflicts' | 'outcome' | 'paused'>;
  readonly maxAttempts: number;
  readonly workers: number;
  /** How many agents may work at the same time from when on (ms from now). */
  readonly outlook: () => readonly Allowance[];
  readonly rules: Pick<SchedulerOptions, 'only' | 'limits' | 'conflictChance' | 'failing'>;
  readonly clock: Clock;
  readonly emit: (fact: RunFact) => Promise<void>;
}

/**
 * Tells when the run will be over: simulates what is left again and again, the tickets that run with the time that
 * they have had, with what was learned from earlier runs and from this one. Fed with the events of the run.
 */
export class LiveForecast {
  readonly #options: LiveForecastOptions;
  readonly #samples: DurationSample[];
  readonly #record: TrackRecord;
  /** When each ticket that runs was started, and when each that waits to land was finished. */
  readonly #working = new Map<string, number>();
  readonly #landing: Map<string, number>;
  #next = -Infinity;
  /** Something happened since the last forecast was begun. */
  #changed = false;
  #cancelWake: (() => void) | undefined;
  #closed = false;

  constructor(options: LiveForecastOptions) {
    this.#options = options;
    this.#samples = [...options.history.samples];
    this.#record = options.history.record;
    this.#landing = new Map(options.queued.map((id) => [id, this.#now()]));
  }

  saw(event: RunEvent): void {
    this.#record.saw(event);
    switch (event.event) {
      case 'ticket.started':
        this.#working.set(event.ticket, this.#now());
        return;
      case 'ticket.finished': {
        this.#working.delete(event.ticket);
        if (event.outcome !== 'completed') return;
        const ticket = this.#options.backlog.tickets.get(event.ticket);
        if (ticket) this.#samples.push({ minutes: event.seconds / 60, ...knownBefore(ticket) });
        this.#landing.set(event.ticket, this.#now());
        return;
      }
      case 'landing.conflicted':
      case 'landing.rejected':
        this.#landing.delete(event.ticket);
        return;
      case 'ticket.completed':
      case 'ticket.deferred':
        this.#working.delete(event.ticket);
        this.#landing.delete(event.ticket);
        void this.tell();
        return;
      case 'tickets.added':
      case 'tickets.withdrawn':
      case 'run.resumed':
      case 'run.workers':
        void this.tell();
    }
  }

  /**
   * Says nothing while there is nothing to learn from, or the run is paused; where it said something just now, later.
   * Never rejects.
   */
  async tell(): Promise<void> {
    if (this.#samples.length === 0 || this.#options.state().paused) return;
    const now = this.#now();
    if (now < this.#next) {
      this.#changed = true;
      this.#wake();
      return;
    }
    // Until this one is told there is no other.
    this.#next = Infinity;
    this.#changed = false;
    let used = 0;
    let begun = now;
    const draws = this.#draws(now);
    let step = draws.next();
    for (; !step.done; step = draws.next()) {
      if (this.#closed) return;
      used += this.#now() - begun;
      await otherWork();
      begun = this.#now();
    }
    used += this.#now() - begun;
    this.#next = now + Math.max(APART, used / SHARE);
    if (this.#changed) this.#wake();
    const { remaining, ...minutes } = step.value;
    const { state, emit } = this.#options;
    if (remaining === 0 || state().paused || state().outcome !== undefined) return;
    const at = (later: number): string => new Date(now + later * MINUTE).toISOString();
    const times = { expected: at(minutes.expected), low: at(minutes.low), high: at(minutes.high) };
    // A journal that cannot be written stops the run at its next event.
    await emit({ event: 'run.forecast', remaining, ...times }).catch(() => {});
  }

  /** Nothing is told later. */
  close(): void {
    this.#closed = true;
    this.#cancelWake?.();
  }

  #wake(): void {
    if (this.#closed || this.#cancelWake || this.#next === Infinity) return;
    this.#cancelWake = this.#options.clock.after(this.#next - this.#now(), () => {
      this.#cancelWake = undefined;
      void this.tell();
    });
  }

  *#draws(now: number) {
    const { backlog, workers, rules, outlook, state, maxAttempts } = this.#options;
    const tickets = this.#options.tickets();
    const open = new Set(tickets.filter(isOpen).map(({ id }) => id));
    const model = modelOf(this.#samples, backlog.tickets);
    const ranges = new Map(
      [...open].map((id) => {
        const ticket = backlog.tickets.get(id);
        return [id, ticket && model.predict(knownBefore(ticket))];
      }),
    );
    // What is told of a ticket comes after it counts.
    const since = (times: ReadonlyMap<string, number>) =>
      new Map([...times].filter(([id]) => open.has(id)).map(([id, time]) => [id, (now - time) / MINUTE]));
    const working = since(this.#working);
    const landing = since(this.#landing);
    const begun = new Set([...working.keys(), ...landing.keys()]);
    const { attempts, conflicts } = state();
    const behind = (id: string): Behind => {
      const waited = landing.get(id);
      const conflicted = conflicts.get(id) ?? 0;
      // What waits to land is an attempt that may yet fail.
      const before = (attempts.get(id) ?? 0) - (waited === undefined ? 0 : 1);
      return { failures: before - conflicted, conflicts: conflicted, waited };
    };
    const course = courses(this.#record, maxAttempts);
    const usual = median(this.#record.landings);
    const { assignments, ...forecast } = yield* forecastDraws(
      tickets.map((ticket) => ({
        ...ticket,
        duration: ranges.get(ticket.id)?.minutes,
        // What has begun waits for nothing, whatever the index may say by now.
        ...(begun.has(ticket.id) && { dependencies: [] }),
      })),
      {
        ...rules,
        only: rules.only && new Set([...rules.only, ...begun]),
        workers,
        underWay: working,
        landing,
        allowed: outlook().map((step) => ({ ...step, from: step.from / MINUTE })),
        rangeOf: (id) => ranges.get(id),
        landingOf: () => usual,
        courseOf: (id, random) => course(behind(id), random),
        runs: Math.max(RUNS.fewest, Math.min(RUNS.most, Math.floor(10_000 / open.size))),
      },
    );
    return { remaining: new Set([...landing.keys(), ...assignments.map(({ id }) => id)]).size, ...forecast };
  }

  #now(): number {
    return this.#options.clock.now().getTime();
  }
}
