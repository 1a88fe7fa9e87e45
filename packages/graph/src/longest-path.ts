import type { DependencyGraph } from './dependency-graph.ts';
import { InvalidDurationError, UnknownIdError } from './errors.ts';
import { dependencyFirst } from './order.ts';

/** How long a node takes, in any unit; `index` is its position in `graph.ids`. */
export type DurationOf = (id: string, index: number) => number;

export interface LongestPaths {
  /**
   * Duration of the longest chain of dependents that starts with `id`, including `id` itself.
   * @throws {UnknownIdError}
   */
  remaining(id: string): number;
  /**
   * How much `id` can be delayed without delaying the end of the whole graph, with unlimited workers and all other
   * nodes on time. This is the total float of the critical path method (Kelley and Walker 1959). 0 for critical
   * nodes.
   * @throws {UnknownIdError}
   */
  slack(id: string): number;
  /** `remaining` of every node, by its index in `graph.ids`; read-only. */
  readonly lengths: Float64Array;
  /** The slack of every node, by its index in `graph.ids`; read-only. */
  readonly slacks: Float64Array;
  /** A longest chain of the whole graph, dependencies first, ties in input order; empty if there are no nodes. */
  readonly criticalPath: string[];
  /** Duration of the critical path. */
  readonly length: number;
}

/**
 * Longest chains by duration, in linear time.
 * @throws {CycleError}
 * @throws {InvalidDurationError} for a duration that is negative or not finite.
 */
export function longestPaths(graph: DependencyGraph, durationOf: DurationOf): LongestPaths {
  const { ids, size, dependencyOffsets, dependencyTargets } = graph;
  const order = dependencyFirst(graph);
  const durations = new Float64Array(size);
  for (let node = 0; node < size; node++) {
    const duration = durationOf(ids[node]!, node);
    if (!(duration >= 0 && duration < Infinity)) throw new InvalidDurationError(ids[node]!, duration);
    durations[node] = duration;
  }
  // Backwards through the order, each node updates its dependencies. Until its turn, `remaining` of a node is that of
  // its longest dependent.
  const remaining = new Float64Array(size);
  const longestDependent = new Int32Array(size).fill(-1);
  for (let position = size - 1; position >= 0; position--) {
    const node = order[position]!;
    const own = (remaining[node]! += durations[node]!);
    for (let edge = dependencyOffsets[node]!; edge < dependencyOffsets[node + 1]!; edge++) {
      const dependency = dependencyTargets[edge]!;
      const rival = longestDependent[dependency]!;
      if (rival !== -1 && (own < remaining[dependency]! || (own === remaining[dependency] && node > rival)))
        continue;
      remaining[dependency] = own;
      longestDependent[dependency] = node;
    }
  }
  let first = -1;
  for (let node = 0; node < size; node++) {
    const root = dependencyOffsets[node] === dependencyOffsets[node + 1];
    if (root && (first === -1 || remaining[node]! > remaining[first]!)) first = node;
  }
  const length = first === -1 ? 0 : remaining[first]!;
  const criticalPath: string[] = [];
  for (let node = first; node !== -1; node = longestDependent[node]!) criticalPath.push(ids[node]!);
  const existing = (id: string): number => {
    const index = graph.indexOf(id);
    if (index === -1) throw new UnknownIdError(id);
    return index;
  };
  let slacks: Float64Array | undefined;
  const slackOfAll = (): Float64Array => {
    if (slacks) return slacks;
    slacks = earliestStarts(graph, durations);
    // Sums in a different order may differ in the last bits. Critical nodes must have a slack of exactly 0.
    for (let node = 0; node < size; node++)
      slacks[node] = Math.max(0, length - slacks[node]! - remaining[node]!);
    return slacks;
  };
  return {
    remaining: (id) => remaining[existing(id)]!,
    slack: (id) => slackOfAll()[existing(id)]!,
    lengths: remaining,
    get slacks() {
      return slackOfAll();
    },
    criticalPath,
    length,
  };
}

function earliestStarts(graph: DependencyGraph, durations: Float64Array): Float64Array {
  const { size, dependencyOffsets, dependencyTargets } = graph;
  const earliest = new Float64Array(size);
  const order = dependencyFirst(graph);
  for (let position = 0; position < size; position++) {
    const node = order[position]!;
    let start = 0;
    for (let edge = dependencyOffsets[node]!; edge < dependencyOffsets[node + 1]!; edge++) {
      const dependency = dependencyTargets[edge]!;
      const end = earliest[dependency]! + durations[dependency]!;
      if (end > start) start = end;
    }
    earliest[node] = start;
  }
  return earliest;
}
