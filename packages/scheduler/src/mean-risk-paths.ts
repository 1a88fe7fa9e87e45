import { type DependencyGraph, dependencyFirst } from '@sage/graph';

/**
 * For each node, the longest chain that starts with it. The length of a chain is its minutes plus `risk` times the
 * root of the sum of their squares. If ticket times vary independently and in proportion to their minutes, that is
 * the mean plus a number of standard deviations. Variances along a path add up: Malcolm, Roseboom, Clark and Fazar,
 * "Application of a Technique for Research and Development Program Evaluation", 1959. Ranking by means and
 * deviations: Tang, Li, Liao, Fang and Wu, "A stochastic scheduling algorithm for precedence constrained tasks on
 * Grid", 2011.
 *
 * Linear time, at the price of not always finding the longest chain: a node continues the chain that is longest
 * without the node itself. The exact problem is as hard as finding the most reliable path (Nikolova, "Approximation
 * algorithms for reliable stochastic combinatorial optimization", 2010).
 */
export function meanRiskPaths(graph: DependencyGraph, durations: Float64Array, risk: number): Float64Array {
  const { size, dependencyOffsets, dependencyTargets } = graph;
  const order = dependencyFirst(graph);
  // Until a node's turn, its three values are those of the longest chain of its dependents.
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
      // Ties are broken independently of the order in which chains are seen.
      if (length < lengths[dependency]! || (length === lengths[dependency] && sum <= sums[dependency]!))
        continue;
      lengths[dependency] = length;
      sums[dependency] = sum;
      squares[dependency] = square;
    }
  }
  return lengths;
}
