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
  /** Number of nodes in each state, in order of first appearance. Nodes without a state are not counted. */
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

/** Counts runs of equal states: neighbours mostly have the same one, and each access to the map hashes a string. */
function countStates(all: DependencyGraph['states']): Map<string, number> {
  const counts = new Map<string, number>();
  for (let from = 0, to = 1; from < all.length; from = to++) {
    const state = all[from];
    while (to < all.length && all[to] === state) to++;
    if (state !== undefined) counts.set(state, (counts.get(state) ?? 0) + to - from);
  }
  return counts;
}
