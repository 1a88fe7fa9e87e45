import { longestPaths, topologicalOrder } from '@sage/graph';
import { isRunnable, openBacklog } from './backlog.ts';
import type { Backlog, SchedulerTicket } from './backlog.ts';

export interface RankedTicket {
  id: string;
  /** 0 (P0) to 4, the most urgent of the ticket itself and of everything open that waits for it. */
  priority: number;
  /** Minutes of the longest chain that starts with this ticket. */
  remaining: number;
}

/**
 * The open tickets in the order in which free workers would take them if nothing held them up: inherited
 * priority, then longest remaining chain, then id by code unit.
 */
export function rankTickets(
  tickets: readonly SchedulerTicket[],
  satisfied: ReadonlySet<string> = new Set(),
): RankedTicket[] {
  return rankBacklog(openBacklog(tickets, satisfied));
}

export function rankBacklog(backlog: Backlog): RankedTicket[] {
  const { graph, durations } = backlog;
  const priorities = inheritedPriorities(backlog);
  const paths = longestPaths(graph, (id) => durations[graph.indexOf(id)]!);
  const ranked = graph.ids.map((id, node): RankedTicket => {
    return { id, priority: priorities[node]!, remaining: paths.remaining(id) };
  });
  return ranked.sort(
    (a, b) => a.priority - b.priority || b.remaining - a.remaining || (a.id < b.id ? -1 : 1),
  );
}

/** A ticket that will not run in any case (DEFERRED) has nobody hurry. */
function inheritedPriorities({ tickets, graph }: Backlog): Uint8Array {
  const priorities = Uint8Array.from(tickets, (ticket) => (isRunnable(ticket) ? priorityOf(ticket) : lowest));
  for (const id of topologicalOrder(graph).toReversed()) {
    const node = graph.indexOf(id);
    for (let edge = graph.dependencyOffsets[node]!; edge < graph.dependencyOffsets[node + 1]!; edge++) {
      const dependency = graph.dependencyTargets[edge]!;
      priorities[dependency] = Math.min(priorities[dependency]!, priorities[node]!);
    }
  }
  return priorities;
}

const lowest = 4;

function priorityOf({ priority }: SchedulerTicket): number {
  const level = ['P0', 'P1', 'P2', 'P3', 'P4'].indexOf(priority ?? 'P2');
  return level === -1 ? 2 : level;
}
