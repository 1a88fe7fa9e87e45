import { setImmediate as otherWork } from 'node:timers/promises';
import {
  type Allowance,
  type DurationSample,
  forecastDraws,
  type SchedulerOptions,
  type SchedulerTicket,
} from '@sage/scheduler';
import { type Behind, courses, median } from './attempt-course.ts';
import type { RunEvent, RunState } from '@sage/journal';
import type { RunContext } from '../context/run-context.ts';
import { type History, knownBefore, modelOf } from '../history/history.ts';
import type { TrackRecord } from '../history/track-record.ts';

/** Not started yet, or running. */
const isOpen = ({ state }: SchedulerTicket): boolean => state === 'UNPROCESSED' || state === 'IN_PROGRESS';

const MINUTE_MS = 60_000;
/** The least time between forecasts, and the most of the run's time that they may take. */
const MIN_INTERVAL_MS = 10_000;
const MAX_SHARE = 1 / 50;
/** The fewest simulations that show an 80 % interval (nine values have ten gaps), and the most. */
const RUNS = { fewest: 9, most: 49 };

export interface LiveForecastParts {
  readonly scheduling: {
    /** The backlog in its present states; durations do not matter. */
    tickets(): readonly SchedulerTicket[];
    /** What was learned from earlier runs. */
    readonly history: History;
    readonly rules: Pick<SchedulerOptions, 'only' | 'limits' | 'conflictChance' | 'failing'>;
  };
  readonly admission: {
    /** How many agents may run at the same time, and from when on (ms from now). */
    outlook(): readonly Allowance[];
  };
  /** Tickets whose work waits to land from the start. */
  readonly queued: readonly string[];
}

type Context = Pick<RunContext, 'backlog' | 'clock'> & {
  readonly log: Pick<RunContext['log'], 'emit'> & {
    readonly state: Pick<RunState, 'attempts' | 'conflicts' | 'outcome' | 'paused' | 'workers'>;
  };
  readonly settings: Pick<RunContext['settings'], 'maxAttempts'>;
};

/** Above this number of workers times tickets, simulations ignore predicted conflicts. */
const MOST_PAIRS = 250_000;

/**
 * Forecasts the end of a run. It simulates the remaining tickets many times, with the time that running ones have
 * already taken, using what was learned from earlier runs and this one. It needs all events of the run.
 */
export class LiveForecast {
  readonly #context: Context;
  readonly #parts: LiveForecastParts;
  readonly #samples: DurationSample[];
  readonly #record: TrackRecord;
  /** When each running ticket was started, and when each ticket that waits to land was finished (ms). */
  readonly #working = new Map<string, number>();
  readonly #landing: Map<string, number>;
  #next = -Infinity;
  /** Whether something has happened since the last forecast began. */
  #changed = false;
  #cancelWake: (() => void) | undefined;
  #closed = false;

  constructor(context: Context, parts: LiveForecastParts) {
    const { samples, record } = parts.scheduling.history;
    this.#context = context;
    this.#parts = parts;
    this.#samples = [...samples];
    this.#record = record;
    this.#landing = new Map(parts.queued.map((id) => [id, this.#now()]));
  }

  /** Takes an event of the run. */
  observe = (event: RunEvent): void => {
    this.#record.observe(event);
    switch (event.event) {
      case 'attempt.started':
        this.#working.set(event.ticket, this.#now());
        return;
      case 'attempt.finished': {
        this.#working.delete(event.ticket);
        if (event.outcome !== 'completed') return;
        const ticket = this.#context.backlog.tickets.get(event.ticket);
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
        void this.publish();
        return;
      case 'tickets.added':
      case 'tickets.withdrawn':
      case 'run.resumed':
      case 'run.workers':
        void this.publish();
        return;
      case 'run.finished':
        this.close();
    }
  };

  /**
   * Journals a forecast, later if the last one is too recent. Does nothing if there is nothing to learn from or the
   * run is paused. Never rejects.
   */
  async publish(): Promise<void> {
    if (this.#samples.length === 0 || this.#context.log.state.paused) return;
    const now = this.#now();
    if (now < this.#next) {
      this.#changed = true;
      this.#wake();
      return;
    }
    // No other forecast begins until this one is published.
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
    this.#next = now + Math.max(MIN_INTERVAL_MS, used / MAX_SHARE);
    if (this.#changed) this.#wake();
    const { remaining, ...minutes } = step.value;
    const { log } = this.#context;
    if (remaining === 0 || log.state.paused || this.#closed) return;
    // The end of the run may be on its way to the disk.
    if (log.state.outcome !== undefined) return;
    const at = (later: number): string => new Date(now + later * MINUTE_MS).toISOString();
    const times = { expected: at(minutes.expected), low: at(minutes.low), high: at(minutes.high) };
    // If the journal cannot be written, the run stops at its next event.
    await log.emit({ event: 'run.forecast', remaining, ...times }).catch(() => {});
  }

  /** Publishes nothing from now on. */
  close(): void {
    this.#closed = true;
    this.#cancelWake?.();
  }

  #wake(): void {
    if (this.#closed || this.#cancelWake || this.#next === Infinity) return;
    this.#cancelWake = this.#context.clock.after(this.#next - this.#now(), () => {
      this.#cancelWake = undefined;
      void this.publish();
    });
  }

  *#draws(now: number) {
    const { backlog, log, settings } = this.#context;
    const { scheduling, admission } = this.#parts;
    const { rules } = scheduling;
    const tickets = scheduling.tickets();
    const open = new Set(tickets.filter(isOpen).map(({ id }) => id));
    const model = modelOf(this.#samples, backlog.tickets);
    const ranges = new Map(
      [...open].map((id) => {
        const ticket = backlog.tickets.get(id);
        return [id, ticket && model.predict(knownBefore(ticket))];
      }),
    );
    // A ticket may be closed before its events have arrived.
    const since = (times: ReadonlyMap<string, number>) =>
      new Map([...times].filter(([id]) => open.has(id)).map(([id, time]) => [id, (now - time) / MINUTE_MS]));
    const working = since(this.#working);
    const landing = since(this.#landing);
    const begun = new Set([...working.keys(), ...landing.keys()]);
    const { attempts, conflicts, workers } = log.state;
    const behind = (id: string): Behind => {
      const waited = landing.get(id);
      const conflicted = conflicts.get(id) ?? 0;
      // Work that waits to land is an attempt that may still fail.
      const before = (attempts.get(id) ?? 0) - (waited === undefined ? 0 : 1);
      return { failures: before - conflicted, conflicts: conflicted, waited };
    };
    const course = courses(this.#record, settings.maxAttempts);
    const usual = median(this.#record.landings);
    const { assignments, ...forecast } = yield* forecastDraws(
      tickets.map((ticket) => ({
        ...ticket,
        duration: ranges.get(ticket.id)?.minutes,
        // A ticket that has begun waits for nothing, whatever the index now says.
        ...(begun.has(ticket.id) && { dependencies: [] }),
      })),
      {
        ...rules,
        only: rules.only && new Set([...rules.only, ...begun]),
        // Conflicts have little effect on the end of a large run, and take the most time to simulate.
        ...(workers * open.size > MOST_PAIRS && { conflictChance: undefined }),
        workers,
        underWay: working,
        landing,
        allowed: admission.outlook().map((step) => ({ ...step, from: step.from / MINUTE_MS })),
        rangeOf: (id) => ranges.get(id),
        landingOf: () => usual,
        courseOf: (id, random) => course(behind(id), random),
        runs: Math.max(RUNS.fewest, Math.min(RUNS.most, Math.floor(10_000 / open.size))),
      },
    );
    return { remaining: new Set([...landing.keys(), ...assignments.map(({ id }) => id)]).size, ...forecast };
  }

  #now(): number {
    return this.#context.clock.now().getTime();
  }
}
