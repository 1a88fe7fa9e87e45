import type { DependencyGraph } from './dependency-graph.ts';
import { kahnOrder } from './kahn.ts';

/**
 * One cycle for each strongly connected component that has one, as a simple path: each id depends on the next, and
 * the last on the first, which is not repeated. It is a shortest cycle through the component's first node in input
 * order. Components come in the order of those nodes.
 */
export function detectCircularDependencies(graph: DependencyGraph): string[][] {
  if (kahnOrder(graph)) return [];
  const { component, sizes } = stronglyConnectedComponents(graph);
  const reported = new Uint8Array(sizes.length);
  const cycles: string[][] = [];
  for (let node = 0; node < graph.size; node++) {
    const own = component[node]!;
    if (reported[own]) continue;
    reported[own] = 1;
    if (sizes[own]! > 1 || dependsOn(graph, node, node)) {
      cycles.push(shortestCycle(graph, component, node).map((index) => graph.ids[index]!));
    }
  }
  return cycles;
}

/** Only the dependency rows, which a part of a graph has too. */
export type DependencyRows = Pick<DependencyGraph, 'size' | 'dependencyOffsets' | 'dependencyTargets'>;

export function dependsOn(
  { dependencyOffsets, dependencyTargets }: DependencyRows,
  from: number,
  to: number,
): boolean {
  for (let edge = dependencyOffsets[from]!; edge < dependencyOffsets[from + 1]!; edge++) {
    if (dependencyTargets[edge] === to) return true;
  }
  return false;
}

/**
 * Tarjan, "Depth-first search and linear graph algorithms" (SIAM J. Comput. 1972). The call stack is an array,
 * because a chain of a million nodes must not overflow it.
 */
export function stronglyConnectedComponents(graph: DependencyRows): {
  component: Int32Array;
  sizes: number[];
} {
  const { size, dependencyOffsets, dependencyTargets } = graph;
  const component = new Int32Array(size).fill(-1);
  const sizes: number[] = [];
  const order = new Int32Array(size).fill(-1);
  const low = new Int32Array(size);
  const nextEdge = dependencyOffsets.slice(0, size);
  const path = new Int32Array(size);
  const open = new Int32Array(size);
  let pathLength = 0;
  let openLength = 0;
  let visited = 0;
  const enter = (node: number): void => {
    order[node] = low[node] = visited++;
    path[pathLength++] = node;
    open[openLength++] = node;
  };

  for (let start = 0; start < size; start++) {
    if (order[start] !== -1) continue;
    enter(start);
    while (pathLength > 0) {
      const node = path[pathLength - 1]!;
      if (nextEdge[node]! < dependencyOffsets[node + 1]!) {
        const target = dependencyTargets[nextEdge[node]!++]!;
        if (order[target] === -1) enter(target);
        else if (component[target] === -1) low[node] = Math.min(low[node]!, order[target]!);
        continue;
      }
      pathLength--;
      if (pathLength > 0) {
        const parent = path[pathLength - 1]!;
        low[parent] = Math.min(low[parent]!, low[node]!);
      }
      if (low[node] !== order[node]) continue;
      const bottom = openLength;
      do component[open[--openLength]!] = sizes.length;
      while (open[openLength] !== node);
      sizes.push(bottom - openLength);
    }
  }
  return { component, sizes };
}

/** Breadth first from `start` within its component: the first edge back to `start` closes a shortest cycle. */
function shortestCycle(graph: DependencyGraph, component: Int32Array, start: number): number[] {
  const { dependencyOffsets, dependencyTargets } = graph;
  const cameFrom = new Map<number, number>([[start, -1]]);
  // A Map is iterated in insertion order, including entries added during the iteration, so it doubles as the queue.
  for (const node of cameFrom.keys()) {
    for (let edge = dependencyOffsets[node]!; edge < dependencyOffsets[node + 1]!; edge++) {
      const target = dependencyTargets[edge]!;
      if (target === start) return pathTo(node, cameFrom);
      if (component[target] === component[start] && !cameFrom.has(target)) cameFrom.set(target, node);
    }
  }
  throw new Error('unreachable: a cyclic component leads back to each of its nodes');
}

function pathTo(last: number, cameFrom: ReadonlyMap<number, number>): number[] {
  const path: number[] = [];
  for (let node = last; node !== -1; node = cameFrom.get(node)!) path.push(node);
  return path.toReversed();
}
