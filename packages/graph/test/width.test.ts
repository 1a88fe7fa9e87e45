import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildDependencyGraph } from '../src/dependency-graph.ts';
import type { DependencyGraph } from '../src/dependency-graph.ts';
import { CycleError } from '../src/errors.ts';
import { transitiveDependencies } from '../src/reach.ts';
import { graphWidth } from '../src/width.ts';
import { acyclicNodes, chain } from './arbitrary-graphs.ts';

/** Every set of nodes, one by one. */
function bruteForceWidth(graph: DependencyGraph): number {
  const related = graph.ids.map((id) => {
    const below = new Set(transitiveDependencies(graph, [id]));
    return graph.ids.reduce((bits, other, at) => (below.has(other) ? bits | (1 << at) : bits), 0);
  });
  let widest = 0;
  for (let set = 0; set < 1 << graph.size; set++) {
    const chosen = related.filter((_, at) => set & (1 << at));
    if (chosen.length > widest && chosen.every((below) => (below & set) === 0)) widest = chosen.length;
  }
  return widest;
}

test('graphWidth: counts across waves', () => {
  // Waves are {A, B}, {C}, {D}; but B, which nothing waits for, can run beside C or D.
  const graph = buildDependencyGraph([
    { id: 'A', dependencies: [] },
    { id: 'B', dependencies: [] },
    { id: 'C', dependencies: ['A'] },
    { id: 'D', dependencies: ['A'] },
    { id: 'E', dependencies: ['C'] },
  ]);
  expect(graphWidth(graph)).toMatchObject({ atLeast: 3, atMost: 3 });
});

test('graphWidth: is that of the best of all sets, and the antichain is one of that size', () => {
  fc.assert(
    fc.property(acyclicNodes, (nodes) => {
      const graph = buildDependencyGraph(nodes.slice(0, 10));
      const { atLeast, atMost, antichain } = graphWidth(graph);
      expect([atLeast, atMost, antichain.length]).toEqual(Array(3).fill(bruteForceWidth(graph)));
      const reached = antichain.flatMap((id) => transitiveDependencies(graph, [id]));
      expect(antichain.filter((id) => reached.includes(id))).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

test('graphWidth: is exact at 5,000 nodes', () => {
  const chains = Array.from({ length: 50 }, (_, nth) =>
    chain(100).map(({ id, dependencies }) => ({
      id: `${nth}/${id}`,
      dependencies: dependencies.map((to) => `${nth}/${to}`),
    })),
  );
  expect(graphWidth(buildDependencyGraph(chains.flat()))).toMatchObject({ atLeast: 50, atMost: 50 });
});

test('graphWidth: has bounds beyond 5,000 nodes', () => {
  const nodes = chain(6_000).concat({ id: 'X', dependencies: [] }, { id: 'Y', dependencies: ['T-1'] });
  expect(graphWidth(buildDependencyGraph(nodes))).toEqual({
    atLeast: 2,
    atMost: 3,
    antichain: ['T-0', 'X'],
  });
});

test('graphWidth: of nothing is 0, and a cycle is refused', () => {
  expect(graphWidth(buildDependencyGraph([]))).toEqual({ atLeast: 0, atMost: 0, antichain: [] });
  expect(() => graphWidth(buildDependencyGraph([{ id: 'A', dependencies: ['A'] }]))).toThrow(CycleError);
});
