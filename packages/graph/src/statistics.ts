import type { DependencyGraph } from './dependency-graph.ts';

export interface GraphStatistics {
  readonly total: number;
  readonly edges: number;
  /** Dependencies on ids that no node has. */
  readonly missing: number;
  /** Nodes without dependencies. */
  readonly roots: number;
  /** Nodes that nothing depends on. */
  readonly leaves: number;
  /** Number of nodes per state, in order of first appearance; nodes without a state are in none. */
  readonly states: ReadonlyMap<string, number>;
}

export function graphStatistics(graph: DependencyGraph): GraphStatistics {
  const { size, edges, dependencyOffsets, dependencyTargets } = graph;
  const states = countStates(graph.states);
  const hasDependents = new Uint8Array(size);
  for (let edge = 0; edge < edges; edge++) hasDependents[dependencyTargets[edge]!] = 1;
  let roots = 0;
  let leaves = 0;
  for (let node = 0; node < size; node++) {
    if (dependencyOffsets[node] === dependencyOffsets[node + 1]) roots++;
    if (!hasDependents[node]) leaves++;
  }
  return { total: size, edges, missing: graph.missing.length, roots, leaves, states };
}

/** Neighbours mostly have the same state: only where it changes is the map asked, which wants a hash of each string. */
function countStates(all: DependencyGraph['states']): Map<string, number> {
  const counts = new Map<string, number>();
  for (let from = 0, to = 1; from < all.length; from = to++) {
    const state = all[from];
    while (to < all.length && all[to] === state) to++;
    if (state !== undefined) counts.set(state, (counts.get(state) ?? 0) + to - from);
  }
  return counts;
}
