import type { SchedulerTicket } from './backlog.ts';
import type { SchedulerOptions } from './scheduler.ts';
import { simulate } from './simulate.ts';
import { wholeNumber } from './worker-count.ts';

/**
 * A makespan within this factor of the best counts as equally good, because each worker saved is one less to pay for.
 */
const MAKESPAN_TOLERANCE = 1.05;

export interface RecommendationOptions extends SchedulerOptions {
  /** The largest number of workers to consider. */
  readonly cap: number;
}

export interface Recommendation {
  readonly workers: number;
  readonly reason: string;
  /** Makespan in minutes for each number of workers, from 1 to the cap or the number of tickets. */
  readonly table: { workers: number; makespan: number }[];
}

/**
 * The smallest number of workers whose simulated makespan is within 5 % of the best makespan up to the cap.
 * @throws {WorkerCountError} unless `cap` is a whole number from 1.
 */
export function recommendWorkers(
  tickets: readonly SchedulerTicket[],
  options: RecommendationOptions,
): Recommendation {
  const cap = wholeNumber(options.cap);
  const alone = simulate(tickets, { ...options, workers: 1 });
  const table = [{ workers: 1, makespan: alone.makespan }];
  for (let workers = 2; workers <= Math.min(cap, alone.assignments.length); workers++) {
    table.push({ workers, makespan: simulate(tickets, { ...options, workers }).makespan });
  }
  const best = Math.min(...table.map(({ makespan }) => makespan));
  const workers = table.find(({ makespan }) => makespan <= best * MAKESPAN_TOLERANCE)!.workers;
  return { workers, reason: reasonFor(workers, table, alone.assignments.length), table };
}

function reasonFor(workers: number, table: Recommendation['table'], tickets: number): string {
  const speed = (count: number): string => {
    const makespan = table[count - 1]!.makespan;
    return `${makespan === 0 ? 1 : Number((table[0]!.makespan / makespan).toFixed(2))} times`;
  };
  const most = table.length;
  if (tickets === 0) return 'No ticket can run now, so one worker is enough.';
  if (most === 1)
    return tickets === 1 ? 'There is one ticket to run.' : 'No more than one worker was allowed.';
  if (workers === 1)
    return `More workers, up to ${most}, gain less than 5 %: the tickets wait for each other.`;
  const gain = `${workers} workers are ${speed(workers)} as fast as one`;
  const fewer = workers > 2 ? `; ${workers - 1} would be ${speed(workers - 1)} as fast` : '';
  const more = workers < most ? `, and no number up to ${most} gains 5 % more` : '';
  return `${gain}${fewer}${more}.`;
}
