import type { SchedulerTicket } from '../src/backlog.ts';
import type { Scheduler } from '../src/scheduler.ts';

export const ticket = (
  id: string,
  dependencies: string[] = [],
  more: Partial<SchedulerTicket> = {},
): SchedulerTicket => ({ id, dependencies, ...more });

/** Starts the next one. */
export function take(scheduler: Scheduler): string | undefined {
  const id = scheduler.next();
  if (id !== undefined) scheduler.started(id);
  return id;
}
