import { buildDependencyGraph } from './dependency-graph.ts';
import type { DependencyGraph } from './dependency-graph.ts';
import { dependencyFirst } from './order.ts';
import { labelReach } from './reach-labels.ts';

/**
 * The same graph without the dependencies that follow from others: the fewest edges with the same reach (Aho, Garey
 * and Ullman, "The transitive reduction of a directed graph", SIAM J. Comput. 1972). Missing dependencies stay.
 * Labels decide most dependencies; only the others need a search, which stops as early as possible. O(nodes * edges)
 * in the worst case, close to linear for backlogs and for chains with shortcuts.
 * @throws {CycleError}
 */
export function transitiveReduction(graph: DependencyGraph): DependencyGraph {
  const { ids, states, missing, dependencyOffsets, dependencyTargets } = graph;
  const isIndirect = indirectFinder(graph);
  const dangling = Map.groupBy(missing, ({ id }) => id);
  return buildDependencyGraph(
    ids.map((id, node) => {
      const direct = dependencyTargets.subarray(dependencyOffsets[node], dependencyOffsets[node + 1]);
      const indirect = isIndirect(direct);
      const dependencies: string[] = [];
      for (let nth = 0; nth < direct.length; nth++) if (!indirect[nth]) dependencies.push(ids[direct[nth]!]!);
      for (const { dependency } of dangling.get(id) ?? []) dependencies.push(dependency);
      return { id, state: states[node], dependencies };
    }),
  );
}

const NONE: readonly boolean[] = [];

/** Finds the dependencies of a node that another of its dependencies waits for. */
function indirectFinder(graph: DependencyGraph): (direct: Int32Array) => readonly boolean[] {
  const { size, dependencyOffsets, dependencyTargets } = graph;
  const { end, walkStart, lowest } = labelReach(graph);
  const rank = new Int32Array(size);
  dependencyFirst(graph).forEach((node, position) => (rank[node] = position));
  const seenBy = new Int32Array(size).fill(-1);
  const stack: number[] = [];
  let searches = 0;

  /** Which of `unsure` (ascending by `end`) can be reached from `starts`. Stops when all are found. */
  function search(starts: readonly number[], unsure: readonly number[]): Set<number> {
    const found = new Set<number>();
    const wanted = new Set(unsure);
    const first = unsure.reduce((least, node) => Math.min(least, rank[node]!), size);
    searches++;
    for (const start of starts) {
      stack.push(start);
      for (let at = stack.pop(); at !== undefined && found.size < wanted.size; at = stack.pop()) {
        for (let edge = dependencyOffsets[at]!; edge < dependencyOffsets[at + 1]!; edge++) {
          const target = dependencyTargets[edge]!;
          if (seenBy[target] === searches || rank[target]! < first) continue;
          seenBy[target] = searches;
          if (wanted.has(target)) found.add(target);
          // The first unsure node that `target` may lead to.
          const candidate = unsure[firstFrom(unsure, end, lowest[target]!)];
          if (candidate !== undefined && end[candidate]! < end[target]!) stack.push(target);
        }
      }
      stack.length = 0;
    }
    return found;
  }

  return (direct) => {
    if (direct.length < 2) return NONE;
    const sorted = Array.from(direct).sort((a, b) => end[b]! - end[a]!);
    const certain = new Set<number>();
    const starts: number[] = [];
    const unsure: number[] = [];
    // Only nodes that the walk left later can lead to a node.
    let surelyFrom = size;
    let perhapsFrom = size;
    for (const node of sorted) {
      if (surelyFrom <= end[node]!) certain.add(node);
      else {
        starts.push(node);
        if (perhapsFrom <= end[node]!) unsure.push(node);
      }
      surelyFrom = Math.min(surelyFrom, walkStart[node]!);
      perhapsFrom = Math.min(perhapsFrom, lowest[node]!);
    }
    const found = unsure.length === 0 ? certain : search(starts, unsure.toReversed());
    return Array.from(direct, (node) => certain.has(node) || found.has(node));
  };
}

/** The position of the first node whose place is at least `from`; `nodes` are in the order of their places. */
function firstFrom(nodes: readonly number[], places: Int32Array, from: number): number {
  let low = 0;
  for (let high = nodes.length; low < high;) {
    const middle = (low + high) >>> 1;
    if (places[nodes[middle]!]! < from) low = middle + 1;
    else high = middle;
  }
  return low;
}
