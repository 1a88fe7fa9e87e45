import type { DependencyGraph } from './dependency-graph.ts';
import { IndexQueue } from './index-queue.ts';

const known = new WeakMap<DependencyGraph, Int32Array>();

/**
 * Indexes with dependencies first, ties in input order; undefined if there is a cycle. Cached with the graph, because
 * most algorithms start from it. Read-only. Kahn, "Topological sorting of large networks" (CACM 1962).
 */
export function kahnOrder(graph: DependencyGraph): Int32Array | undefined {
  const earlier = known.get(graph);
  if (earlier) return earlier;
  const order = isInOrder(graph) ? new Int32Array(graph.size).map((_, node) => node) : placed(graph);
  if (order) known.set(graph, order);
  return order;
}

/** Does every dependency already come before its dependents? In most hand-written files it does. */
function isInOrder({ size, dependencyOffsets, dependencyTargets }: DependencyGraph): boolean {
  for (let node = 0; node < size; node++) {
    for (let edge = dependencyOffsets[node]!; edge < dependencyOffsets[node + 1]!; edge++) {
      if (dependencyTargets[edge]! >= node) return false;
    }
  }
  return true;
}

function placed(graph: DependencyGraph): Int32Array | undefined {
  const { size, dependencyOffsets, dependentOffsets, dependentTargets } = graph;
  const waitsFor = new Int32Array(size);
  const ready = new IndexQueue(size);
  for (let node = 0; node < size; node++) {
    waitsFor[node] = dependencyOffsets[node + 1]! - dependencyOffsets[node]!;
    if (waitsFor[node] === 0) ready.add(node);
  }
  const order = new Int32Array(size);
  let count = 0;
  for (let node = ready.first(); node !== -1; node = ready.first()) {
    ready.delete(node);
    order[count++] = node;
    for (let edge = dependentOffsets[node]!; edge < dependentOffsets[node + 1]!; edge++) {
      const dependent = dependentTargets[edge]!;
      if (--waitsFor[dependent]! === 0) ready.add(dependent);
    }
  }
  return count === size ? order : undefined;
}
