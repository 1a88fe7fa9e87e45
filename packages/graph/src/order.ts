import { detectCircularDependencies } from './cycles.ts';
import type { DependencyGraph } from './dependency-graph.ts';
import { CycleError } from './errors.ts';
import { kahnOrder } from './kahn.ts';

/**
 * Ids with dependencies first. Among the ids whose dependencies are all placed, the first in input order goes next,
 * so an input that is already in order stays as it is.
 * @throws {CycleError}
 */
export function topologicalOrder(graph: DependencyGraph): string[] {
  const order = dependencyFirst(graph);
  const ids: string[] = [];
  ids.length = order.length;
  for (let position = 0; position < order.length; position++) ids[position] = graph.ids[order[position]!]!;
  return ids;
}

/**
 * The same as indexes. Cached with the graph, because most algorithms start from it. Read-only.
 * @throws {CycleError}
 */
export function dependencyFirst(graph: DependencyGraph): Int32Array {
  const order = kahnOrder(graph);
  if (!order) throw new CycleError(detectCircularDependencies(graph));
  return order;
}

export function isAcyclic(graph: DependencyGraph): boolean {
  return kahnOrder(graph) !== undefined;
}

/**
 * Levels: the first wave has no dependencies. Each id of a later wave depends on the wave before it, and on no later
 * one. Input order within a wave.
 * @throws {CycleError}
 */
export function waves(graph: DependencyGraph): string[][] {
  const { size, ids, dependencyOffsets, dependencyTargets } = graph;
  const level = new Int32Array(size);
  let depth = 0;
  const order = dependencyFirst(graph);
  for (let position = 0; position < size; position++) {
    const node = order[position]!;
    let own = 0;
    for (let edge = dependencyOffsets[node]!; edge < dependencyOffsets[node + 1]!; edge++) {
      own = Math.max(own, level[dependencyTargets[edge]!]! + 1);
    }
    level[node] = own;
    depth = Math.max(depth, own + 1);
  }
  const result = Array.from({ length: depth }, (): string[] => []);
  for (let node = 0; node < size; node++) result[level[node]!]!.push(ids[node]!);
  return result;
}
