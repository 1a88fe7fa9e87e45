import TinyQueue from 'tinyqueue';
import { detectCircularDependencies } from './cycles.ts';
import type { DependencyGraph } from './dependency-graph.ts';
import { CycleError } from './errors.ts';
import { isInOrder } from './in-order.ts';

/**
 * Ids with dependencies first. Among those whose dependencies are all placed, the first in input order goes
 * next; so an input that is in order already stays as it is.
 * @throws {CycleError}
 */
export function topologicalOrder(graph: DependencyGraph): string[] {
  if (isInOrder(graph)) return [...graph.ids];
  const ready = new TinyQueue<number>();
  const order = place(
    graph,
    (node) => ready.push(node),
    () => ready.pop(),
  );
  return Array.from(order, (node) => graph.ids[node]!);
}

/**
 * Levels: the first wave depends on nothing, each later one on at least one id of the wave before it and on
 * none after. Input order within a wave.
 * @throws {CycleError}
 */
export function waves(graph: DependencyGraph): string[][] {
  const level = new Int32Array(graph.size);
  let depth = 0;
  for (const node of dependencyFirst(graph)) {
    for (let edge = graph.dependencyOffsets[node]!; edge < graph.dependencyOffsets[node + 1]!; edge++) {
      level[node] = Math.max(level[node]!, level[graph.dependencyTargets[edge]!]! + 1);
    }
    depth = Math.max(depth, level[node]! + 1);
  }
  const result = Array.from({ length: depth }, (): string[] => []);
  for (let node = 0; node < graph.size; node++) result[level[node]!]!.push(graph.ids[node]!);
  return result;
}

const known = new WeakMap<DependencyGraph, Int32Array>();

/**
 * Indexes with dependencies first, in linear time; the order among equals is fixed but has no meaning. It is kept
 * with the graph, for most algorithms start from it: for reading only.
 * @throws {CycleError}
 */
export function dependencyFirst(graph: DependencyGraph): Int32Array {
  const earlier = known.get(graph);
  if (earlier) return earlier;
  const queue = new Int32Array(graph.size);
  let end = 0;
  let taken = 0;
  const order = isInOrder(graph)
    ? Int32Array.from(queue.keys())
    : place(
        graph,
        (node) => (queue[end++] = node),
        () => (taken < end ? queue[taken++] : undefined),
      );
  known.set(graph, order);
  return order;
}

export function isAcyclic(graph: DependencyGraph): boolean {
  return detectCircularDependencies(graph).length === 0;
}

/** Kahn, "Topological sorting of large networks" (CACM 1962), with the choice among the ready left to the caller. */
function place(
  graph: DependencyGraph,
  push: (node: number) => void,
  next: () => number | undefined,
): Int32Array {
  const { size, dependencyOffsets, dependentOffsets, dependentTargets } = graph;
  const waitsFor = new Int32Array(size);
  for (let node = 0; node < size; node++) {
    waitsFor[node] = dependencyOffsets[node + 1]! - dependencyOffsets[node]!;
    if (waitsFor[node] === 0) push(node);
  }
  const placed = new Int32Array(size);
  let count = 0;
  for (let node = next(); node !== undefined; node = next()) {
    placed[count++] = node;
    for (let edge = dependentOffsets[node]!; edge < dependentOffsets[node + 1]!; edge++) {
      const dependent = dependentTargets[edge]!;
      if (--waitsFor[dependent]! === 0) push(dependent);
    }
  }
  if (count < size) throw new CycleError(detectCircularDependencies(graph));
  return placed;
}
