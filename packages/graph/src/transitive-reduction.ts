import { buildDependencyGraph } from './dependency-graph.ts';
import type { DependencyGraph } from './dependency-graph.ts';
import { dependencyFirst } from './order.ts';

/**
 * The same graph without the dependencies that follow from others: the fewest edges with the same reach (Aho,
 * Garey and Ullman, "The transitive reduction of a directed graph", SIAM J. Comput. 1972). Dangling dependencies
 * stay. Takes nodes times edges in the worst case; each search stops at the rank of the nearest dependency.
 * @throws {CycleError}
 */
export function transitiveReduction(graph: DependencyGraph): DependencyGraph {
  const { size, ids, states, missing, dependencyOffsets, dependencyTargets } = graph;
  const rank = new Int32Array(size);
  dependencyFirst(graph).forEach((node, position) => (rank[node] = position));
  const seenBy = new Int32Array(size).fill(-1);
  const stack: number[] = [];

  /** Marks all that the dependencies of `node` wait for, as far down as another dependency of it can be. */
  function markIndirect(node: number, direct: Int32Array): void {
    let lowest = size;
    for (const dependency of direct) lowest = Math.min(lowest, rank[dependency]!);
    for (const dependency of direct) {
      stack.push(dependency);
      for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
        for (let edge = dependencyOffsets[at]!; edge < dependencyOffsets[at + 1]!; edge++) {
          const target = dependencyTargets[edge]!;
          if (seenBy[target] === node || rank[target]! < lowest) continue;
          seenBy[target] = node;
          stack.push(target);
        }
      }
    }
  }

  const dangling = Map.groupBy(missing, ({ id }) => id);
  return buildDependencyGraph(
    ids.map((id, node) => {
      const direct = dependencyTargets.subarray(dependencyOffsets[node], dependencyOffsets[node + 1]);
      if (direct.length > 1) markIndirect(node, direct);
      const kept = Array.from(
        direct.filter((dependency) => seenBy[dependency] !== node),
        (to) => ids[to]!,
      );
      const unknown = (dangling.get(id) ?? []).map(({ dependency }) => dependency);
      return { id, state: states[node], dependencies: [...kept, ...unknown] };
    }),
  );
}
