import { dependencyFirst } from '@sage/graph';
import { meanRiskPaths } from './mean-risk-paths.ts';
import { sortedByKey } from './radix-sort.ts';
import { isRunnable, openBacklog } from './backlog.ts';
import type { OpenBacklog, SchedulerTicket } from './backlog.ts';

export interface RankedTicket {
  readonly id: string;
  /** 0 (P0) to 4, the most urgent of the ticket itself and of everything open that waits for it. */
  readonly priority: number;
  /** Minutes of the longest chain that starts with this ticket. */
  readonly remaining: number;
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
const MAX_DEVIATIONS = 6;

/** `failing` is the share of attempts that fail. */
export function rankNodes(backlog: OpenBacklog, failing = 0): NodeRanking {
  const { tickets, graph, durations } = backlog;
  const { size, dependencyOffsets, dependencyTargets } = graph;
  const priorities = new Uint8Array(size);
  // A ticket that will not run in any case (DEFERRED) makes nothing urgent.
  for (let node = 0; node < size; node++)
    priorities[node] = isRunnable(tickets[node]!) ? priorityOf(tickets[node]!) : lowest;
  // Going backwards, each node updates its dependencies; all that wait for it have done so when its turn comes.
  const order = dependencyFirst(graph);
  const remaining = new Float64Array(size);
  for (let position = size - 1; position >= 0; position--) {
    const node = order[position]!;
    const own = (remaining[node]! += durations[node]!);
    const priority = priorities[node]!;
    for (let edge = dependencyOffsets[node]!; edge < dependencyOffsets[node + 1]!; edge++) {
      const dependency = dependencyTargets[edge]!;
      if (own > remaining[dependency]!) remaining[dependency] = own;
      if (priority < priorities[dependency]!) priorities[dependency] = priority;
    }
  }
  // Of a ticket of d minutes all attempts take d / (1 - failing) on the average, with a deviation of √failing times that.
  const urgency =
    failing > 0 ? meanRiskPaths(graph, durations, MAX_DEVIATIONS * Math.sqrt(failing)) : remaining;
  return { order: orderOf(graph.ids, priorities, urgency), priorities, remaining, urgency };
}

/** Where the upper half of a number's bits stands: the bits of numbers >= 0 are in the order of the numbers. */
const UPPER = new Uint32Array(Float64Array.of(1).buffer)[0] === 0 ? 1 : 0;

/** Sorted by the priority and the upper bits of its urgency; those that are equal in that are compared whole. */
function orderOf(ids: readonly string[], priorities: Uint8Array, urgency: Float64Array): Int32Array {
  const halves = new Uint32Array(urgency.buffer);
  const keys = new Uint32Array(ids.length);
  for (let node = 0; node < keys.length; node++)
    keys[node] = (priorities[node]! << 29) | ((~halves[node * 2 + UPPER]! & 0x7fffffff) >>> 2);
  const order = sortedByKey(keys);
  const compare = (a: number, b: number): number => urgency[b]! - urgency[a]! || (ids[a]! < ids[b]! ? -1 : 1);
  for (let from = 0, to = 1; from < order.length; from = to++) {
    while (to < order.length && keys[order[from]!] === keys[order[to]!]) to++;
    if (to - from > 1) order.subarray(from, to).sort(compare);
  }
  return order;
}

const levels = ['P0', 'P1', 'P2', 'P3', 'P4'];
const usual = 2;
const lowest = 4;

function priorityOf({ priority }: SchedulerTicket): number {
  if (priority === undefined) return usual;
  const level = levels.indexOf(priority);
  return level === -1 ? usual : level;
}
