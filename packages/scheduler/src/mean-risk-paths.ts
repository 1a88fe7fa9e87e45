import { type DependencyGraph, dependencyFirst } from '@sage/graph';

/**
 * By node, of the chains that start with it the longest, counted as its minutes plus `risk` times the root of the sum
 * of their squares: where each ticket's time varies in proportion to its minutes and independently of the others, its
 * mean plus a number of standard deviations, in units of the mean (variances along a path add up: Malcolm, Roseboom, Clark
 * and Fazar, "Application of a Technique for Research and Development Program Evaluation", 1959; ranks of a list
 * schedule made of means and deviations: Tang, Li, Liao, Fang and Wu, "A stochastic scheduling algorithm for
 * precedence constrained tasks on Grid", 2011).
 *
 * In linear time, and so not always the very longest: a node continues the chain that is longest without the node
 * itself (exactly it is as hard as to find the most reliable path: Nikolova, "Approximation algorithms for reliable
 * stochastic combinatorial optimization", 2010).
 */
export function meanRiskPaths(graph: DependencyGraph, durations: Float64Array, risk: number): Float64Array {
  const { size, dependencyOffsets, dependencyTargets } = graph;
  const order = dependencyFirst(graph);
  // Until a node's turn, all three are those of the longest chain of its dependents.
  const lengths = new Float64Array(size);
  const sums = new Float64Array(size);
  const squares = new Float64Array(size);
  for (let position = size - 1; position >= 0; position--) {
    const node = order[position]!;
    const sum = (sums[node]! += durations[node]!);
    const square = (squares[node]! += durations[node]! ** 2);
    const length = (lengths[node] = sum + risk * Math.sqrt(square));
    for (let edge = dependencyOffsets[node]!; edge < dependencyOffsets[node + 1]!; edge++) {
      const dependency = dependencyTargets[edge]!;
      // Of equals one and the same whatever the order is in which they come.
      if (length < lengths[dependency]! || (length === lengths[dependency] && sum <= sums[dependency]!))
        continue;
      lengths[dependency] = length;
      sums[dependency] = sum;
      squares[dependency] = square;
    }
  }
  return lengths;
}
