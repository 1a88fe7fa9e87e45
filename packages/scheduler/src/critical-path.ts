import { longestPaths } from '@sage/graph';
import { isRunnable, openBacklog } from './backlog.ts';
import type { SchedulerTicket } from './backlog.ts';
import { blockedTickets } from './blocked.ts';
import { PHASE } from './phase.ts';

/**
 * The longest chain by duration of tickets that a run can complete, dependencies first. Blocked tickets are left
 * out, and containers, though the chain leads through them.
 */
export function criticalPath(
  tickets: readonly SchedulerTicket[],
  satisfied: ReadonlySet<string> = new Set(),
): string[] {
  const all = openBacklog(tickets, satisfied);
  const phaseAt = (node: number) => (isRunnable(all.tickets[node]!) ? PHASE.waiting : PHASE.deferred);
  const blocked = new Set(blockedTickets(all.graph, phaseAt, undefined).map(({ id }) => id));
  const possible = all.tickets.filter((ticket) => isRunnable(ticket) && !blocked.has(ticket.id));
  const done = new Set(tickets.filter(({ state }) => state === 'COMPLETED').map(({ id }) => id));
  const {
    tickets: open,
    graph,
    durations,
  } = possible.length === all.tickets.length ? all : openBacklog(possible, new Set([...satisfied, ...done]));
  const chain = longestPaths(graph, (id) => durations[graph.indexOf(id)]!).criticalPath;
  return chain.filter((id) => !open[graph.indexOf(id)]!.container);
}
