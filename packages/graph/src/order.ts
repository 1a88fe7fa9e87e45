import TinyQueue from 'tinyqueue';
import { detectCircularDependencies } from './cycles.ts';
import type { DependencyGraph } from './dependency-graph.ts';
import { CycleError } from './errors.ts';

/**
 * Ids with dependencies first. Among those whose dependencies are all placed, the first in input order goes
 * next; so an input that is in order already stays as it is.
 * @throws {CycleError}
 */
export function topologicalOrder(graph: DependencyGraph): string[] {
  const ready = new TinyQueue<number>();
  return place(
    graph,
    (node) => ready.push(node),
    () => ready.pop(),
  ).map((node) => graph.ids[node]!);
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

/**
 * Indexes with dependencies first, in linear time; the order among equals is fixed but has no meaning.
 * @throws {CycleError}
 */
export function dependencyFirst(graph: DependencyGraph): number[] {
  const ready: number[] = [];
  let taken = 0;
  return place(
    graph,
    (node) => ready.push(node),
    () => ready[taken++],
  );
}

/** Kahn, "Topological sorting of large networks" (CACM 1962), with the choice among the ready left to the caller. */
function place(
  graph: DependencyGraph,
  push: (node: number) => void,
  next: () => number | undefined,
): number[] {
  const { size, dependencyOffsets, dependentOffsets, dependentTargets } = graph;
  const waitsFor = new Int32Array(size);
  for (let node = 0; node < size; node++) {
    waitsFor[node] = dependencyOffsets[node + 1]! - dependencyOffsets[node]!;
    if (waitsFor[node] === 0) push(node);
  }
  const placed: number[] = [];
  for (let node = next(); node !== undefined; node = next()) {
    placed.push(node);
    for (let edge = dependentOffsets[node]!; edge < dependentOffsets[node + 1]!; edge++) {
      const dependent = dependentTargets[edge]!;
      if (--waitsFor[dependent]! === 0) push(dependent);
    }
  }
  if (placed.length < size) throw new CycleError(detectCircularDependencies(graph));
  return placed;
}
