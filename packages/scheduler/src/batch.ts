import type { SchedulerTicket } from './backlog.ts';
import type { BlockedTicket } from './blocked.ts';
import type { Plannable } from './ranked-backlog.ts';
import { createScheduler } from './scheduler.ts';
import type { Assignment } from './simulate.ts';
import type { Scheduler, SchedulerOptions } from './scheduler.ts';
import { wholeNumber } from './worker-count.ts';

/**
 * At most `batchSize` tickets that can run at the same time now, best first. The scheduler would give the same
 * tickets to that many free workers.
 */
export function findParallelBatch(
  tickets: readonly SchedulerTicket[],
  batchSize: number,
  options?: SchedulerOptions,
): string[] {
  return startBatch(createScheduler(tickets, options), batchSize);
}

export interface BatchPlan {
  readonly batches: string[][];
  readonly blocked: BlockedTicket[];
}

/**
 * Plans the whole backlog as batches. Each batch assumes that all tickets of the batches before it succeeded.
 * @throws {WorkerCountError} unless `workers` is a whole number from 1.
 */
export function planBatches(backlog: Plannable, workers: number, options?: SchedulerOptions): BatchPlan {
  const size = wholeNumber(workers);
  const scheduler = createScheduler(backlog, options);
  const batches: string[][] = [];
  for (let batch = startBatch(scheduler, size); batch.length > 0; batch = startBatch(scheduler, size)) {
    for (const id of batch) scheduler.completed(id);
    batches.push(batch);
  }
  return { batches, blocked: scheduler.blocked() };
}

/**
 * What `planBatches` plans, taken from a simulated run that has gone through in batches: every ticket took equally long,
 * and landed at once. undefined for any other run.
 */
export function batchesOf(assignments: readonly Assignment[]): string[][] | undefined {
  const batches: string[][] = [];
  let batch: string[] = [];
  let start = -1;
  let end = 0;
  for (const each of assignments) {
    if (each.start === start) batch.push(each.id);
    else if (each.start === end && each.end > each.start) {
      ({ start, end } = each);
      batch = [each.id];
      batches.push(batch);
    } else return undefined;
    if (each.end !== end || each.landed !== end || each.attempt !== 1) return undefined;
  }
  return batches;
}

function startBatch(scheduler: Scheduler, size: number): string[] {
  const batch: string[] = [];
  while (batch.length < size) {
    const id = scheduler.next();
    if (id === undefined) break;
    scheduler.started(id);
    batch.push(id);
  }
  return batch;
}
