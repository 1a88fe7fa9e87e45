import type { DependencyGraph } from './dependency-graph.ts';

/** Does every dependency come before what depends on it already, as in most files that people write? */
export function isInOrder({ size, dependencyOffsets, dependencyTargets }: DependencyGraph): boolean {
  for (let node = 0; node < size; node++) {
    for (let edge = dependencyOffsets[node]!; edge < dependencyOffsets[node + 1]!; edge++) {
      if (dependencyTargets[edge]! >= node) return false;
    }
  }
  return true;
}
