import { buildDependencyGraph, detectCircularDependencies } from '@sage/graph';
import { criticalPath } from '@sage/scheduler';
import { isContainer, type Ticket, toGraphNodes } from '@sage/tickets';

/** The longest chain of open tickets by estimated duration, dependencies first; empty if no plan can be made. */
export function longestChain(tickets: readonly Ticket[]): string[] {
  const graph = buildDependencyGraph(toGraphNodes(tickets).nodes);
  if (graph.missing.length > 0 || detectCircularDependencies(graph).length > 0) return [];
  return criticalPath(
    tickets.map((ticket) => ({
      id: ticket.id,
      dependencies: graph.dependenciesOf(ticket.id),
      state: ticket.state,
      duration: ticket.estimatedMinutes,
      container: isContainer(ticket),
    })),
  );
}
