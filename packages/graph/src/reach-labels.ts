import type { DependencyGraph } from './dependency-graph.ts';
import { dependencyFirst } from './order.ts';

/**
 * Three numbers for each node that answer most questions "does `from` wait for `to`?" without a search. They come
 * from one depth-first walk along the dependencies (GRAIL; Yildirim, Chaoji and Zaki, VLDB 2010). Yes, if
 * `walkStart[from] <= end[to] < end[from]`. No, unless `lowest[from] <= end[to] < end[from]`.
 */
export interface ReachLabels {
  /** The position of a node in the order in which the walk leaves nodes, which is after everything it waits for. */
  readonly end: Int32Array;
  /**
   * How many nodes the walk had left when it reached this one. Nodes left below it have the positions from here to
   * `end`.
   */
  readonly walkStart: Int32Array;
  /** The smallest `end` of a node and everything it waits for. */
  readonly lowest: Int32Array;
}

/** @throws {CycleError} */
export function labelReach(graph: DependencyGraph): ReachLabels {
  const { size, dependencyOffsets, dependencyTargets } = graph;
  const order = dependencyFirst(graph);
  const end = new Int32Array(size).fill(-1);
  const walkStart = new Int32Array(size).fill(-1);
  const nextEdge = dependencyOffsets.slice(0, size);
  const path = new Int32Array(size);
  let left = 0;
  // Nodes without dependents come last in the order. Walks that start there cover the most.
  for (let position = size - 1; position >= 0; position--) {
    const first = order[position]!;
    if (walkStart[first] !== -1) continue;
    let depth = 0;
    path[0] = first;
    walkStart[first] = left;
    while (depth >= 0) {
      const node = path[depth]!;
      const edge = nextEdge[node]!++;
      if (edge >= dependencyOffsets[node + 1]!) {
        end[node] = left++;
        depth--;
        continue;
      }
      const target = dependencyTargets[edge]!;
      if (walkStart[target] !== -1) continue;
      walkStart[target] = left;
      path[++depth] = target;
    }
  }
  const lowest = end.slice();
  for (const node of order) {
    for (let edge = dependencyOffsets[node]!; edge < dependencyOffsets[node + 1]!; edge++)
      lowest[node] = Math.min(lowest[node]!, lowest[dependencyTargets[edge]!]!);
  }
  return { end, walkStart, lowest };
}
