import type { DependencyGraph } from './dependency-graph.ts';
import { UnknownIdError } from './errors.ts';

/**
 * Every id that waits for one of `ids`, directly or through others. In input order, without `ids` themselves.
 * @throws {UnknownIdError}
 */
export function transitiveDependents(graph: DependencyGraph, ids: Iterable<string>): string[] {
  return reach(graph, ids, graph.dependentOffsets, graph.dependentTargets);
}

/**
 * Every id that one of `ids` waits for, directly or through others. In input order, without `ids` themselves.
 * @throws {UnknownIdError}
 */
export function transitiveDependencies(graph: DependencyGraph, ids: Iterable<string>): string[] {
  return reach(graph, ids, graph.dependencyOffsets, graph.dependencyTargets);
}

function reach(
  graph: DependencyGraph,
  ids: Iterable<string>,
  offsets: Int32Array,
  targets: Int32Array,
): string[] {
  const seen = new Uint8Array(graph.size);
  const stack: number[] = [];
  for (const id of ids) {
    const index = graph.indexOf(id);
    if (index === -1) throw new UnknownIdError(id);
    if (seen[index]) continue;
    seen[index] = 1;
    stack.push(index);
  }
  const starts = [...stack];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    for (let edge = offsets[node]!; edge < offsets[node + 1]!; edge++) {
      const target = targets[edge]!;
      if (seen[target]) continue;
      seen[target] = 1;
      stack.push(target);
    }
  }
  for (const start of starts) seen[start] = 0;
  return graph.ids.filter((_, index) => seen[index]);
}
