import { dependencyFirst } from '@sage/graph';
import { meanRiskPaths } from './mean-risk-paths.ts';
import { sortedByKey } from './radix-sort.ts';
import { isRunnable, openBacklog } from './backlog.ts';
import type { OpenBacklog, SchedulerTicket } from './backlog.ts';

export interface RankedTicket {
  readonly id: string;
  /** 0 (P0) to 4: the most urgent priority of the ticket and of all open tickets that wait for it. */
  readonly priority: number;
  /** Minutes of the longest chain that starts with this ticket. */
  readonly remaining: number;
}

/**
 * The open tickets in the order in which free workers would take them if nothing held them up. Sorted by inherited
 * priority, then by longest remaining chain (with an allowance for failing attempts), then by id in code units.
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
  /** Nodes, best first. */
  readonly order: Int32Array;
  /** By node. */
  readonly priorities: Uint8Array;
  readonly remaining: Float64Array;
  /** Order among nodes of the same priority: `remaining` plus what failing attempts may add to it, in minutes. */
  readonly urgency: Float64Array;
}

/**
 * By how many standard deviations a chain may exceed its mean. Whatever the distribution, more has a chance of at
 * most 1 in 37 (Cantelli). Values from 4 to 12 make no difference.
 */
const MAX_DEVIATIONS = 6;

/** `failing` is the share of attempts that fail. */
export function rankNodes(backlog: OpenBacklog, failing = 0): NodeRanking {
  const { tickets, graph, durations } = backlog;
  const { size, dependencyOffsets, dependencyTargets } = graph;
  const priorities = new Uint8Array(size);
  // A ticket that will not run anyway (DEFERRED) makes nothing urgent.
  for (let node = 0; node < size; node++)
    priorities[node] = isRunnable(tickets[node]!) ? priorityOf(tickets[node]!) : lowest;
  // Backwards through the order, each node updates its dependencies. All its dependents have done so by its turn.
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
  // All attempts at a ticket of d minutes take d / (1 - failing) on average, with a deviation of √failing times that.
  const urgency =
    failing > 0 ? meanRiskPaths(graph, durations, MAX_DEVIATIONS * Math.sqrt(failing)) : remaining;
  return { order: orderOf(graph.ids, priorities, urgency), priorities, remaining, urgency };
}

/** The index of the upper half of a number's bits. For numbers >= 0, the bits sort like the numbers. */
const UPPER = new Uint32Array(Float64Array.of(1).buffer)[0] === 0 ? 1 : 0;

/** Sorts by priority and the upper bits of the urgency, then compares ties in full. */
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
