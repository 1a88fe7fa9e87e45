import { longestPaths } from '@sage/graph';
import { isRunnable, openBacklog } from './backlog.ts';
import type { Plannable } from './ranked-backlog.ts';
import { blockedTickets } from './blocked.ts';
import { PHASE } from './phase.ts';

/**
 * The longest chain, by duration, of tickets that a run can complete, dependencies first. Blocked tickets are left
 * out. Containers are not listed, but the chain may pass through them.
 */
export function criticalPath(backlog: Plannable, satisfied: ReadonlySet<string> = new Set()): string[] {
  const [tickets, all] =
    'ranking' in backlog ? [backlog.tickets, backlog.open] : [backlog, openBacklog(backlog, satisfied)];
  const phaseAt = (node: number) => (isRunnable(all.tickets[node]!) ? PHASE.waiting : PHASE.deferred);
  const blocked = new Set(blockedTickets(all.graph, phaseAt, undefined).map(({ id }) => id));
  const possible = all.tickets.filter((ticket) => isRunnable(ticket) && !blocked.has(ticket.id));
  const done = () => tickets.filter(({ state }) => state === 'COMPLETED').map(({ id }) => id);
  const {
    tickets: open,
    graph,
    durations,
  } = possible.length === all.tickets.length
    ? all
    : openBacklog(possible, new Set([...satisfied, ...done()]));
  const chain = longestPaths(graph, (_, node) => durations[node]!).criticalPath;
  return chain.filter((id) => !open[graph.indexOf(id)]!.container);
}
