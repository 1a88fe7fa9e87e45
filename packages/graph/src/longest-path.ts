import type { DependencyGraph } from './dependency-graph.ts';
import { InvalidDurationError, UnknownIdError } from './errors.ts';
import { dependencyFirst } from './order.ts';

export interface LongestPaths {
  /**
   * Duration of the longest chain that starts with `id`, itself included, along its dependents.
   * @throws {UnknownIdError}
   */
  remaining(id: string): number;
  /** A longest chain of the whole graph, dependencies first, ties in input order; empty for no nodes. */
  readonly criticalPath: string[];
  /** Duration of the critical path. */
  readonly length: number;
}

/**
 * Longest chains by duration, in the unit of `durationOf`, in linear time.
 * @throws {CycleError}
 * @throws {InvalidDurationError} for a duration that is negative or not finite.
 */
export function longestPaths(graph: DependencyGraph, durationOf: (id: string) => number): LongestPaths {
  const { ids, dependencyOffsets, dependentOffsets, dependentTargets } = graph;
  const remaining = new Float64Array(graph.size);
  const longestDependent = new Int32Array(graph.size).fill(-1);
  let start = -1;
  const order = dependencyFirst(graph);
  for (let position = order.length - 1; position >= 0; position--) {
    const node = order[position]!;
    let next = -1;
    for (let edge = dependentOffsets[node]!; edge < dependentOffsets[node + 1]!; edge++) {
      const dependent = dependentTargets[edge]!;
      if (next === -1 || remaining[dependent]! > remaining[next]!) next = dependent;
    }
    const duration = durationOf(ids[node]!);
    if (!(duration >= 0 && duration < Infinity)) throw new InvalidDurationError(ids[node]!, duration);
    remaining[node] = duration + (next === -1 ? 0 : remaining[next]!);
    longestDependent[node] = next;
  }
  for (let node = 0; node < graph.size; node++) {
    const root = dependencyOffsets[node] === dependencyOffsets[node + 1];
    if (root && (start === -1 || remaining[node]! > remaining[start]!)) start = node;
  }
  const criticalPath: string[] = [];
  for (let node = start; node !== -1; node = longestDependent[node]!) criticalPath.push(ids[node]!);
  return {
    remaining(id) {
      const index = graph.indexOf(id);
      if (index === -1) throw new UnknownIdError(id);
      return remaining[index]!;
    },
    criticalPath,
    length: start === -1 ? 0 : remaining[start]!,
  };
}
