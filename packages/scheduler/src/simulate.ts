import { InvalidDurationError } from '@sage/graph';
import TinyQueue from 'tinyqueue';
import { type Plannable, ranked } from './ranked-backlog.ts';
import { createScheduler } from './scheduler.ts';
import type { SchedulerOptions } from './scheduler.ts';
import { wholeNumber } from './worker-count.ts';

export interface SimulationOptions extends SchedulerOptions {
  readonly workers: number;
  /**
   * Minutes that a ticket really takes; the scheduler still plans with the tickets' own durations. Here and below,
   * `index` is the position among the open tickets.
   */
  readonly durationOf?: (id: string, index: number) => number;
  /**
   * How often a ticket has to be tried; 1 by default. Each attempt takes the full time, and all but the last fail.
   */
  readonly attemptsOf?: (id: string, index: number) => number;
  /**
   * Minutes from the end of an attempt (counted from 1) until it has landed; 0 by default. Its worker is free
   * meanwhile, but dependents keep waiting.
   */
  readonly landingOf?: (id: string, attempt: number, index: number) => number;
  /**
   * Whether a ticket's last attempt also fails; false by default. The ticket is then given up, and its dependents
   * never run.
   */
  readonly isDeferred?: (id: string, index: number) => boolean;
  /**
   * Tickets that are already running, with the minutes they have run. They continue first, for the rest of their
   * duration.
   */
  readonly underWay?: ReadonlyMap<string, number>;
  /** Tickets whose first attempt is over, with the minutes they have waited to land since then. */
  readonly landing?: ReadonlyMap<string, number>;
  /**
   * How many tickets may run at the same time, and from which minute on, in order of time. Before the first entry
   * none may run. The default is `workers` from the start.
   */
  readonly allowed?: readonly Allowance[];
  /** Cost of a minute of work; idle workers cost nothing. 0 by default. */
  readonly costPerMinute?: number;
}

export interface Allowance {
  readonly from: number;
  readonly workers: number;
}

export interface Assignment {
  readonly id: string;
  /** Counted from 1. */
  readonly worker: number;
  /** Minutes since the start of the run. */
  readonly start: number;
  readonly end: number;
  /** When its result counts. */
  readonly landed: number;
  /** Counted from 1. */
  readonly attempt: number;
}

export interface Simulation {
  /** Minutes until the last ticket has ended and landed. */
  readonly makespan: number;
  /** Share of the workers' time that is work, 0 to 1. */
  readonly utilisation: number;
  /** Cost of all attempts, in the unit of `costPerMinute`. */
  readonly cost: number;
  /** In order of start. */
  readonly assignments: Assignment[];
}

/**
 * Simulates a run without barriers: a free worker takes the next ready ticket at once, and a failed ticket is ready
 * again at once. Every ticket that is not deferred succeeds in the end.
 * @throws {WorkerCountError} unless `workers` is a whole number from 1.
 * @throws {InvalidDurationError} of `@sage/graph`, if an attempt or a landing takes negative or infinite time.
 */
export function simulate(tickets: Plannable, options: SimulationOptions): Simulation {
  const assignments: Assignment[] = [];
  const totals = runThrough(tickets, options, (assignment) => void assignments.push(assignment));
  return simulationOf(totals, assignments, options);
}

/** Minutes until the last ticket has ended and landed, and minutes of all attempts. */
interface Totals {
  readonly makespan: number;
  readonly work: number;
}

export function simulationOf(
  { makespan, work }: Totals,
  assignments: Assignment[],
  { workers, costPerMinute = 0 }: Pick<SimulationOptions, 'workers' | 'costPerMinute'>,
): Simulation {
  const utilisation = makespan === 0 ? 0 : work / (makespan * workers);
  return { makespan, utilisation, cost: work * costPerMinute, assignments };
}

/**
 * {@link simulate} without collecting all assignments: calls back with each assignment as it starts, and its ticket's
 * index.
 */
export function runThrough(
  tickets: Plannable,
  options: SimulationOptions,
  onStart: (assignment: Assignment, index: number) => void = () => {},
): Totals {
  const workers = wholeNumber(options.workers);
  // A landing ticket counts as running, but occupies no worker.
  const backlog = ranked(tickets, options);
  const scheduler = createScheduler(backlog, { ...options, retry: undefined });
  const { attemptsOf = () => 1, landingOf = () => 0, isDeferred = () => false } = options;
  const planned = backlog.open.durations;
  const { durationOf = (_: string, index: number) => planned[index]! } = options;
  const allowed = options.allowed ?? [{ from: 0, workers }];
  /** By ticket. A map, because few tickets fail. */
  const failures = new Map<string, number>();
  const idle = new TinyQueue<number>();
  let hired = 0;
  const working = new TinyQueue<Assignment>([], (a, b) => a.end - b.end || a.worker - b.worker);
  const landing = new TinyQueue<Landing>([], (a, b) => a.landed - b.landed || (a.id < b.id ? -1 : 1));
  let now = 0;
  let work = 0;
  let step = 0;
  let most = 0;
  const settle = ({ id, attempt }: Landing): void => {
    const index = scheduler.indexOf(id);
    if (attempt < attemptsOf(id, index)) {
      failures.set(id, attempt);
      scheduler.failed(id);
    } else if (isDeferred(id, index)) scheduler.deferred(id);
    else scheduler.completed(id);
  };
  const begin = (id: string): number => {
    scheduler.started(id);
    return failures.size === 0 ? 1 : (failures.get(id) ?? 0) + 1;
  };
  const start = (id: string, elapsed = 0): void => {
    const index = scheduler.indexOf(id);
    const attempt = begin(id);
    const end = now + Math.max(0, minutes(id, durationOf(id, index)) - elapsed);
    const landed = end + minutes(id, landingOf(id, attempt, index));
    const assignment = { id, worker: idle.pop() ?? ++hired, start: now, end, landed, attempt };
    work += end - now;
    onStart(assignment, index);
    working.push(assignment);
  };
  for (const [id, waited] of options.landing ?? []) {
    const index = scheduler.indexOf(id);
    const attempt = begin(id);
    const landed = Math.max(0, minutes(id, landingOf(id, attempt, index)) - waited);
    landing.push({ id, attempt, landed });
  }
  for (const [id, elapsed] of options.underWay ?? []) start(id, elapsed);
  for (;;) {
    for (; step < allowed.length && allowed[step]!.from <= now; step++)
      most = Math.min(workers, allowed[step]!.workers);
    while (working.length < most) {
      const id = scheduler.next();
      if (id === undefined) break;
      start(id);
    }
    const more = scheduler.ready > 0 && working.length >= most ? allowed[step]?.from : undefined;
    const next = Math.min(
      working.peek()?.end ?? Infinity,
      landing.peek()?.landed ?? Infinity,
      more ?? Infinity,
    );
    if (next === Infinity) break;
    now = next;
    // Everything that ends now ends before anything starts, so the choice is among all tickets that are ready then.
    while (working.peek()?.end === now) {
      const ended = working.pop()!;
      idle.push(ended.worker);
      if (ended.landed > now) landing.push(ended);
      else settle(ended);
    }
    while (landing.peek()?.landed === now) settle(landing.pop()!);
  }
  return { makespan: now, work };
}

function minutes(id: string, value: number): number {
  if (value >= 0 && value < Infinity) return value;
  throw new InvalidDurationError(id, value);
}

type Landing = Pick<Assignment, 'id' | 'attempt' | 'landed'>;
