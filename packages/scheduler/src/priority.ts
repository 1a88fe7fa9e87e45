import { dependencyFirst, longestPaths } from '@sage/graph';
import { descending, stableSort } from './radix-sort.ts';
import { meanRiskPaths } from './mean-risk-paths.ts';
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
 * priority, then longest remaining chain with what it may take longer where attempts fail, then id by code unit.
 */
export function rankTickets(
  tickets: readonly SchedulerTicket[],
  satisfied: ReadonlySet<string> = new Set(),
  failing = 0,
): RankedTicket[] {
  const backlog = openBacklog(tickets, satisfied);
  const { order, priorities, remaining } = rankNodes(backlog, failing);
  return Array.from(order, (node): RankedTicket => {
    return { id: backlog.tickets[node]!.id, priority: priorities[node]!, remaining: remaining[node]! };
  });
}

export interface NodeRanking {
  /** Nodes, the first choice first. */
  readonly order: Int32Array;
  /** By node. */
  readonly priorities: Uint8Array;
  readonly remaining: Float64Array;
  /** What nodes of the same priority are ordered by: `remaining` with what failing attempts may add to it, in minutes. */
  readonly urgency: Float64Array;
}

/**
 * How many standard deviations a chain may take longer than on the average: whatever the distribution, more has a
 * chance of at most 1 in 37 (Cantelli). From 4 to 12 it makes no difference.
 */
const DEVIATIONS = 6;

/** `failing` is the share of attempts that fail. */
export function rankNodes(backlog: Backlog, failing = 0): NodeRanking {
  const { graph, durations } = backlog;
  const priorities = inheritedPriorities(backlog);
  const remaining = longestPaths(graph, (_, node) => durations[node]!).lengths;
  // Of a ticket of d minutes all attempts take d / (1 - failing) on the average, with a deviation of √failing times that.
  const urgency = failing > 0 ? meanRiskPaths(graph, durations, DEVIATIONS * Math.sqrt(failing)) : remaining;
  return { order: orderOf(graph.ids, priorities, urgency), priorities, remaining, urgency };
}

function orderOf(ids: readonly string[], priorities: Uint8Array, urgency: Float64Array): Int32Array {
  const order = stableSort(descending(urgency), priorities);
  const isEqual = (a: number, b: number): boolean =>
    priorities[a] === priorities[b] && urgency[a] === urgency[b];
  for (let from = 0, to = 1; from < order.length; from = to++) {
    while (to < order.length && isEqual(order[from]!, order[to]!)) to++;
    if (to - from > 1) order.subarray(from, to).sort((a, b) => (ids[a]! < ids[b]! ? -1 : 1));
  }
  return order;
}

/** A ticket that will not run in any case (DEFERRED) has nobody hurry. */
function inheritedPriorities({ tickets, graph }: Backlog): Uint8Array {
  const priorities = new Uint8Array(tickets.length);
  for (let node = 0; node < tickets.length; node++)
    priorities[node] = isRunnable(tickets[node]!) ? priorityOf(tickets[node]!) : lowest;
  const order = dependencyFirst(graph);
  for (let position = order.length - 1; position >= 0; position--) {
    const node = order[position]!;
    for (let edge = graph.dependencyOffsets[node]!; edge < graph.dependencyOffsets[node + 1]!; edge++) {
      const dependency = graph.dependencyTargets[edge]!;
      priorities[dependency] = Math.min(priorities[dependency]!, priorities[node]!);
    }
  }
  return priorities;
}

const levels = ['P0', 'P1', 'P2', 'P3', 'P4'];
const usual = 2;
const lowest = 4;

function priorityOf({ priority }: SchedulerTicket): number {
  if (priority === undefined) return usual;
  const level = levels.indexOf(priority);
  return level === -1 ? usual : level;
}
