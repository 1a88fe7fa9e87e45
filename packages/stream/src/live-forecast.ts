import { type DurationSample, forecast, type SchedulerOptions, type SchedulerTicket } from '@sage/scheduler';
import type { Backlog } from './backlog.ts';
import type { Clock } from './clock.ts';
import type { RunEvent, RunFact } from './events.ts';
import { knownBefore, modelOf } from './history.ts';

/** To be done, or being done. */
const isOpen = ({ state }: SchedulerTicket): boolean => state === 'UNPROCESSED' || state === 'IN_PROGRESS';

/** Forecasts are at least so far apart (ms), and take at most so small a share of the time. */
const APART = 10_000;
const SHARE = 1 / 50;
/** With more tickets than this one forecast would hold up the run. */
const MOST_TICKETS = 5_000;

export interface LiveForecastOptions {
  readonly backlog: Pick<Backlog, 'tickets'>;
  /** The backlog in the states of now; durations do not matter. */
  readonly tickets: () => readonly SchedulerTicket[];
  /** Of earlier runs. */
  readonly samples: readonly DurationSample[];
  readonly workers: number;
  readonly rules: Pick<SchedulerOptions, 'only' | 'limits' | 'conflictChance'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly emit: (fact: RunFact) => Promise<void>;
}

/**
 * Tells when the run will be over: simulates what is left again and again, the tickets that run with the time that
 * they have had, with durations learned from earlier runs and from this one. Fed with the events of the run.
 */
export class LiveForecast {
  readonly #options: LiveForecastOptions;
  readonly #samples: DurationSample[];
  /** When each ticket that runs was started; -Infinity where it only has to land. */
  readonly #since = new Map<string, number>();
  #next = -Infinity;

  constructor(options: LiveForecastOptions) {
    this.#options = options;
    this.#samples = [...options.samples];
  }

  saw(event: RunEvent): void {
    switch (event.event) {
      case 'ticket.started':
        this.#since.set(event.ticket, this.#now());
        return;
      case 'ticket.finished': {
        if (event.outcome !== 'completed') return void this.#since.delete(event.ticket);
        const ticket = this.#options.backlog.tickets.get(event.ticket);
        if (ticket) this.#samples.push({ minutes: event.seconds / 60, ...knownBefore(ticket) });
        this.#since.set(event.ticket, -Infinity);
        return;
      }
      case 'landing.conflicted':
      case 'landing.rejected':
        this.#since.delete(event.ticket);
        return;
      case 'ticket.completed':
      case 'ticket.deferred':
        this.#since.delete(event.ticket);
        this.tell();
    }
  }

  /** Says nothing while there is nothing to learn from, and not too often. */
  tell(): void {
    const now = this.#now();
    if (now < this.#next || this.#samples.length === 0) return;
    this.#next = now + APART;
    const { backlog, workers, rules, emit } = this.#options;
    const tickets = this.#options.tickets();
    const open = new Set(tickets.filter(isOpen).map(({ id }) => id));
    if (open.size > MOST_TICKETS) return;
    const model = modelOf(this.#samples, backlog.tickets);
    const rangeOf = (id: string) => {
      const ticket = backlog.tickets.get(id);
      return ticket && model.predict(knownBefore(ticket));
    };
    // What is told of a ticket comes after it counts.
    const running = [...this.#since].filter(([id]) => open.has(id));
    const { assignments, expected, low, high } = forecast(
      tickets.map((ticket) => ({ ...ticket, duration: rangeOf(ticket.id)?.minutes })),
      {
        ...rules,
        workers,
        underWay: new Map(running.map(([id, since]) => [id, (now - since) / 60_000])),
        rangeOf,
        runs: Math.max(10, Math.min(50, Math.floor(10_000 / open.size))),
      },
    );
    this.#next = Math.max(this.#next, now + (this.#now() - now) / SHARE);
    if (assignments.length === 0) return;
    const at = (minutes: number): string => new Date(now + minutes * 60_000).toISOString();
    const times = { expected: at(expected), low: at(low), high: at(high) };
    // A journal that cannot be written stops the run at its next event.
    emit({ event: 'run.forecast', remaining: assignments.length, ...times }).catch(() => {});
  }

  #now(): number {
    return this.#options.clock.now().getTime();
  }
}
