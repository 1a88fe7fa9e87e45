import { graphOf } from './dependency-graph.ts';
import type { DependencyGraph } from './dependency-graph.ts';
import { UnknownIdError } from './errors.ts';

/**
 * The graph as if some nodes were done or absent: without them, and without the dependencies on them. What waited for
 * a removed node does not inherit that node's dependencies.
 * @throws {UnknownIdError}
 */
export function without(graph: DependencyGraph, removed: Iterable<string>): DependencyGraph {
  const isGone = new Uint8Array(graph.size);
  for (const id of removed) {
    const node = graph.indexOf(id);
    if (node === -1) throw new UnknownIdError(id);
    isGone[node] = 1;
  }
  return inducedSubgraph(graph, (node) => isGone[node] === 0);
}

/** The subgraph of some nodes, in the same order. Dependencies on other nodes are left out, and are not `missing`. */
export function inducedSubgraph(graph: DependencyGraph, isKept: (node: number) => boolean): DependencyGraph {
  const { size, dependencyOffsets, dependencyTargets } = graph;
  const ids: string[] = [];
  const states: (string | undefined)[] = [];
  const kept = new Int32Array(size).fill(-1);
  for (let node = 0; node < size; node++) {
    if (!isKept(node)) continue;
    kept[node] = ids.push(graph.ids[node]!) - 1;
    states.push(graph.states[node]);
  }
  const offsets = new Int32Array(ids.length + 1);
  const targets = new Int32Array(dependencyTargets.length);
  let edges = 0;
  for (let node = 0; node < size; node++) {
    if (kept[node] === -1) continue;
    for (let edge = dependencyOffsets[node]!; edge < dependencyOffsets[node + 1]!; edge++) {
      const target = kept[dependencyTargets[edge]!]!;
      if (target !== -1) targets[edges++] = target;
    }
    offsets[kept[node]! + 1] = edges;
  }
  const indexOf = (id: string): number => {
    const node = graph.indexOf(id);
    return node === -1 ? -1 : kept[node]!;
  };
  const missing = graph.missing.filter(({ id }) => indexOf(id) !== -1);
  return graphOf({ ids, states, missing, rows: { offsets, targets: targets.slice(0, edges) }, indexOf });
}
