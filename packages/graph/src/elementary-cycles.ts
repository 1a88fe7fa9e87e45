import TinyQueue from 'tinyqueue';
import { dependsOn, stronglyConnectedComponents } from './cycles.ts';
import type { DependencyRows } from './cycles.ts';
import type { DependencyGraph } from './dependency-graph.ts';
import { isAcyclic } from './order.ts';

export interface ElementaryCycles {
  /** Each cycle starts at its first node in input order. Each id depends on the next, the last on the first. */
  readonly cycles: string[][];
  /** Whether there are more than `limit`. */
  readonly truncated: boolean;
}

/**
 * Up to `limit` elementary cycles, in the order of their first nodes. Without a limit there can be exponentially
 * many. Johnson, "Finding all the elementary circuits of a directed graph" (SIAM J. Comput. 1975): O(nodes + edges)
 * for each cycle and for each node that starts one.
 */
export function elementaryCycles(graph: DependencyGraph, { limit }: { limit: number }): ElementaryCycles {
  const cycles: string[][] = [];
  if (isAcyclic(graph)) return { cycles, truncated: false };
  const induced = inducer(graph);
  const components = new TinyQueue<number[]>(
    cyclicComponents(
      graph.ids.map((_, node) => node),
      induced,
    ),
    (a, b) => a[0]! - b[0]!,
  );
  for (let nodes = components.pop(); nodes; nodes = components.pop()) {
    const ids = nodes.map((node) => graph.ids[node]!);
    const complete = cyclesThroughFirst(induced(nodes), (path) => {
      if (cycles.length >= limit) return false;
      cycles.push(path.map((local) => ids[local]!));
      return true;
    });
    if (!complete) return { cycles, truncated: true };
    for (const component of cyclicComponents(nodes.slice(1), induced)) components.push(component);
  }
  return { cycles, truncated: false };
}

type Induce = (nodes: readonly number[]) => DependencyRows;

/** The strongly connected components among `nodes` that contain a cycle. `nodes` and each component are ascending. */
function cyclicComponents(nodes: readonly number[], induced: Induce): number[][] {
  const rows = induced(nodes);
  const { component, sizes } = stronglyConnectedComponents(rows);
  const members = sizes.map((): number[] => []);
  const isCyclic = sizes.map((size) => size > 1);
  nodes.forEach((node, local) => {
    const own = component[local]!;
    members[own]!.push(node);
    if (!isCyclic[own]) isCyclic[own] = dependsOn(rows, local, local);
  });
  return members.filter((_, own) => isCyclic[own]);
}

/** Returns a function that gives the subgraph of some nodes (ascending), renumbered. */
function inducer(graph: DependencyGraph): Induce {
  // Shared by all subgraphs: a map for each takes longer than the search for cycles.
  const localOf = new Int32Array(graph.size).fill(-1);
  return (nodes) => {
    nodes.forEach((node, local) => (localOf[node] = local));
    const dependencyOffsets = new Int32Array(nodes.length + 1);
    const targets: number[] = [];
    nodes.forEach((node, local) => {
      for (let edge = graph.dependencyOffsets[node]!; edge < graph.dependencyOffsets[node + 1]!; edge++) {
        const target = localOf[graph.dependencyTargets[edge]!]!;
        if (target !== -1) targets.push(target);
      }
      dependencyOffsets[local + 1] = targets.length;
    });
    for (const node of nodes) localOf[node] = -1;
    return { size: nodes.length, dependencyOffsets, dependencyTargets: Int32Array.from(targets) };
  };
}

/**
 * Passes each elementary cycle through node 0 of a strongly connected part to `take`. Returns false as soon as `take`
 * does. A node that led nowhere stays blocked until one of its targets is on a cycle again. Not recursive.
 */
function cyclesThroughFirst(
  { size, dependencyOffsets, dependencyTargets }: DependencyRows,
  take: (path: readonly number[]) => boolean,
): boolean {
  const blocked = new Uint8Array(size);
  const onCycle = new Uint8Array(size);
  const nextEdge = new Int32Array(size);
  /** For each node, a linked list of edges from nodes that stay blocked as long as it does; -1 ends the list. */
  const firstWaiting = new Int32Array(size).fill(-1);
  const nextWaiting = new Int32Array(dependencyTargets.length);
  const isWaiting = new Uint8Array(dependencyTargets.length);
  const sourceOf = new Int32Array(dependencyTargets.length);
  const path: number[] = [];

  function enter(node: number): void {
    path.push(node);
    blocked[node] = 1;
    onCycle[node] = 0;
    nextEdge[node] = dependencyOffsets[node]!;
  }

  function unblock(first: number): void {
    const stack = [first];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (!blocked[node]) continue;
      blocked[node] = 0;
      for (let edge = firstWaiting[node]!; edge !== -1; edge = nextWaiting[edge]!) {
        isWaiting[edge] = 0;
        stack.push(sourceOf[edge]!);
      }
      firstWaiting[node] = -1;
    }
  }

  enter(0);
  while (path.length > 0) {
    const node = path.at(-1)!;
    const end = dependencyOffsets[node + 1]!;
    if (nextEdge[node]! < end) {
      const target = dependencyTargets[nextEdge[node]!++]!;
      if (target === 0) {
        if (!take(path)) return false;
        onCycle[node] = 1;
      } else if (!blocked[target]) enter(target);
      continue;
    }
    path.pop();
    if (onCycle[node]) {
      unblock(node);
      if (path.length > 0) onCycle[path.at(-1)!] = 1;
      continue;
    }
    for (let edge = dependencyOffsets[node]!; edge < end; edge++) {
      if (isWaiting[edge]) continue;
      isWaiting[edge] = 1;
      sourceOf[edge] = node;
      nextWaiting[edge] = firstWaiting[dependencyTargets[edge]!]!;
      firstWaiting[dependencyTargets[edge]!] = edge;
    }
  }
  return true;
}
