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
}

export interface Assignment {
  id: string;
  /** Counted from 1. */
  worker: number;
  /** Minutes since the start of the run. */
  start: number;
  end: number;
}

export interface Simulation {
  /** Minutes until the last ticket ends. */
  makespan: number;
  /** Share of the workers' time that is work, 0 to 1. */
  utilisation: number;
  /** In order of start. */
  assignments: Assignment[];
}

/**
 * A run in which every ticket succeeds, without barriers: a free worker takes the next ready ticket at once.
 * @throws {WorkerCountError} unless `workers` is a whole number from 1.
 */
export function simulate(tickets: readonly SchedulerTicket[], options: SimulationOptions): Simulation {
  const workers = wholeNumber(options.workers);
  const scheduler = createScheduler(tickets, options);
  const durationOf = options.durationOf ?? plannedDurations(tickets, options);
  const idle = new TinyQueue<number>();
  let hired = 0;
  const running = new TinyQueue<Assignment>([], (a, b) => a.end - b.end || a.worker - b.worker);
  const assignments: Assignment[] = [];
  let now = 0;
  for (;;) {
    while (running.length < workers) {
      const id = scheduler.next();
      if (id === undefined) break;
      scheduler.started(id);
      const assignment = { id, worker: idle.pop() ?? ++hired, start: now, end: now + durationOf(id) };
      assignments.push(assignment);
      running.push(assignment);
    }
    const ended = running.pop();
    if (!ended) break;
    now = ended.end;
    idle.push(ended.worker);
    scheduler.completed(ended.id);
    // Everything that ends now ends before anything starts: the choice is made among all that is ready then.
    while (running.peek()?.end === now) {
      const other = running.pop()!;
      idle.push(other.worker);
      scheduler.completed(other.id);
    }
  }
  const work = assignments.reduce((sum, { start, end }) => sum + end - start, 0);
  return { makespan: now, utilisation: now === 0 ? 0 : work / (now * workers), assignments };
}

function plannedDurations(tickets: readonly SchedulerTicket[], { satisfied = new Set() }: SchedulerOptions) {
  const { graph, durations } = openBacklog(tickets, satisfied);
  return (id: string): number => durations[graph.indexOf(id)]!;
}
