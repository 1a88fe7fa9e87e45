import { longestPaths } from '@sage/graph';
import { isRunnable, openBacklog } from './backlog.ts';
import type { SchedulerTicket } from './backlog.ts';
import { createScheduler } from './scheduler.ts';

/**
 * The longest chain by duration of tickets that a run can complete, dependencies first. Blocked tickets are left
 * out, and containers, though the chain leads through them.
 */
export function criticalPath(
  tickets: readonly SchedulerTicket[],
  satisfied: ReadonlySet<string> = new Set(),
): string[] {
  const blocked = new Set(
    createScheduler(tickets, { satisfied })
      .blocked()
      .map(({ id }) => id),
  );
  const possible = tickets.filter((ticket) => {
    return ticket.state === 'COMPLETED' || (isRunnable(ticket) && !blocked.has(ticket.id));
  });
  const { tickets: open, graph, durations } = openBacklog(possible, satisfied);
  const chain = longestPaths(graph, (id) => durations[graph.indexOf(id)]!).criticalPath;
  return chain.filter((id) => !open[graph.indexOf(id)]!.container);
}
