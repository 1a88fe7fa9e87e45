import TinyQueue from 'tinyqueue';
import { openBacklog } from './backlog.ts';
import type { SchedulerTicket } from './backlog.ts';
import { createScheduler } from './scheduler.ts';
import type { SchedulerOptions } from './scheduler.ts';
import { wholeNumber } from './worker-count.ts';

export interface SimulationOptions extends SchedulerOptions {
  readonly workers: number;
  /** Minutes that a ticket really takes; the scheduler goes on planning by the tickets' own durations. */
  readonly durationOf?: ((id: string) => number) | undefined;
  /** How often a ticket has to be tried: every attempt takes its time, all but the last one fail. 1 by default. */
  readonly attemptsOf?: ((id: string) => number) | undefined;
  /**
   * Tickets that run already, with the minutes that they have run: they go on first, for what is left of their
   * duration. Infinity where only their landing is left.
   */
  readonly underWay?: ReadonlyMap<string, number> | undefined;
  /** Cost of a worker's minute, waiting for tickets not counted; 0 by default. */
  readonly costPerMinute?: number | undefined;
}

export interface Assignment {
  id: string;
  /** Counted from 1. */
  worker: number;
  /** Minutes since the start of the run. */
  start: number;
  end: number;
  /** Counted from 1. */
  attempt: number;
}

export interface Simulation {
  /** Minutes until the last ticket ends. */
  makespan: number;
  /** Share of the workers' time that is work, 0 to 1. */
  utilisation: number;
  /** Of all attempts, in the unit of `costPerMinute`. */
  cost: number;
  /** In order of start. */
  assignments: Assignment[];
}

/**
 * A run in which every ticket succeeds in the end, without barriers: a free worker takes the next ready ticket at
 * once, and one that failed is ready again at once.
 * @throws {WorkerCountError} unless `workers` is a whole number from 1.
 */
export function simulate(tickets: readonly SchedulerTicket[], options: SimulationOptions): Simulation {
  const workers = wholeNumber(options.workers);
  const scheduler = createScheduler(tickets, { ...options, retry: undefined });
  const attempts = new Map<string, number>();
  const attemptsOf = options.attemptsOf ?? (() => 1);
  const durationOf = options.durationOf ?? plannedDurations(tickets, options);
  const idle = new TinyQueue<number>();
  let hired = 0;
  const running = new TinyQueue<Assignment>([], (a, b) => a.end - b.end || a.worker - b.worker);
  const assignments: Assignment[] = [];
  let now = 0;
  const end = ({ id, worker, attempt }: Assignment): void => {
    idle.push(worker);
    if (attempt < attemptsOf(id)) scheduler.failed(id);
    else scheduler.completed(id);
  };
  const start = (id: string, elapsed = 0): void => {
    scheduler.started(id);
    const attempt = (attempts.get(id) ?? 0) + 1;
    attempts.set(id, attempt);
    const worker = idle.pop() ?? ++hired;
    const left = Math.max(0, durationOf(id) - elapsed);
    const assignment = { id, worker, start: now, end: now + left, attempt };
    assignments.push(assignment);
    running.push(assignment);
  };
  for (const [id, elapsed] of options.underWay ?? []) start(id, elapsed);
  for (;;) {
    while (running.length < workers) {
      const id = scheduler.next();
      if (id === undefined) break;
      start(id);
    }
    const ended = running.pop();
    if (!ended) break;
    now = ended.end;
    end(ended);
    // Everything that ends now ends before anything starts: the choice is made among all that is ready then.
    while (running.peek()?.end === now) {
      end(running.pop()!);
    }
  }
  const work = assignments.reduce((sum, one) => sum + one.end - one.start, 0);
  const utilisation = now === 0 ? 0 : work / (now * workers);
  return { makespan: now, utilisation, cost: work * (options.costPerMinute ?? 0), assignments };
}

/** Minutes by id, as the scheduler plans with them. */
export function plannedDurations(
  tickets: readonly SchedulerTicket[],
  { satisfied = new Set() }: SchedulerOptions,
): (id: string) => number {
  const { graph, durations } = openBacklog(tickets, satisfied);
  return (id) => durations[graph.indexOf(id)]!;
}
