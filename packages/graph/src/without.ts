import { buildDependencyGraph } from './dependency-graph.ts';
import type { DependencyGraph, GraphNode } from './dependency-graph.ts';
import { UnknownIdError } from './errors.ts';

/**
 * What if these were not there, or done: the graph without them, and without the dependencies on them. What
 * waited for a removed node no longer waits for what that one waited for.
 * @throws {UnknownIdError}
 */
export function without(graph: DependencyGraph, removed: Iterable<string>): DependencyGraph {
  const { size, ids, states, missing, dependencyOffsets, dependencyTargets } = graph;
  const isGone = new Uint8Array(size);
  for (const id of removed) {
    const node = graph.indexOf(id);
    if (node === -1) throw new UnknownIdError(id);
    isGone[node] = 1;
  }
  const dangling = Map.groupBy(missing, ({ id }) => id);
  const nodes: GraphNode[] = [];
  for (let node = 0; node < size; node++) {
    if (isGone[node]) continue;
    const id = ids[node]!;
    const dependencies: string[] = [];
    for (let edge = dependencyOffsets[node]!; edge < dependencyOffsets[node + 1]!; edge++) {
      const target = dependencyTargets[edge]!;
      if (!isGone[target]) dependencies.push(ids[target]!);
    }
    for (const { dependency } of dangling.get(id) ?? []) dependencies.push(dependency);
    nodes.push({ id, state: states[node], dependencies });
  }
  return buildDependencyGraph(nodes);
}
