import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildDependencyGraph } from '../src/dependency-graph.ts';
import type { DependencyGraph } from '../src/dependency-graph.ts';
import { CycleError } from '../src/errors.ts';
import { transitiveDependencies } from '../src/reach.ts';
import { transitiveReduction } from '../src/transitive-reduction.ts';
import { acyclicNodes, chain } from './arbitrary-graphs.ts';

const reachOf = (graph: DependencyGraph): string[][] =>
  graph.ids.map((id) => transitiveDependencies(graph, [id]));

test('transitiveReduction: drops what follows from other dependencies and keeps states and dangling ids', () => {
  const graph = transitiveReduction(
    buildDependencyGraph([
      { id: 'C', dependencies: ['A', 'B', 'X'], state: 'DEFERRED' },
      { id: 'A', dependencies: [] },
      { id: 'B', dependencies: ['A'] },
    ]),
  );
  expect(graph.dependenciesOf('C')).toEqual(['B']);
  expect(graph.missing).toEqual([{ id: 'C', dependency: 'X' }]);
  expect(graph.stateOf('C')).toBe('DEFERRED');
  expect(graph.ids).toEqual(['C', 'A', 'B']);
});

test('transitiveReduction: reaches the same, and no edge can be left out', () => {
  fc.assert(
    fc.property(acyclicNodes, (nodes) => {
      const graph = buildDependencyGraph(nodes);
      const reduced = transitiveReduction(graph);
      expect(reachOf(reduced)).toEqual(reachOf(graph));
      for (const id of reduced.ids) {
        for (const left of reduced.dependenciesOf(id)) {
          const fewer = reduced.ids.map((one) => ({
            id: one,
            dependencies: reduced.dependenciesOf(one).filter((to) => one !== id || to !== left),
          }));
          expect(reachOf(buildDependencyGraph(fewer))).not.toEqual(reachOf(graph));
        }
      }
    }),
    { numRuns: 200 },
  );
});

test('transitiveReduction: refuses a cycle, and does not overflow on a chain with shortcuts', () => {
  expect(() => transitiveReduction(buildDependencyGraph([{ id: 'A', dependencies: ['A'] }]))).toThrow(
    CycleError,
  );
  const nodes = chain(100_000).map(({ id, dependencies }, nth) => ({
    id,
    dependencies: nth > 1 ? [...dependencies, `T-${nth - 2}`] : dependencies,
  }));
  expect(transitiveReduction(buildDependencyGraph(nodes)).edges).toBe(99_999);
});

// Each of these took nodes times nodes steps when every dependency was searched for.
test.each([
  ['on the first of the chain', 0, (nth: number) => [`T-${nth - 1}`, 'T-0'], 99_999],
  ['on a root that stands before the chain', 1, (nth: number) => [`T-${nth - 1}`, 'R-0'], 100_000],
  ['on a root of its own', 100_000, (nth: number) => [`R-${nth}`, `T-${nth - 1}`], 199_999],
])(
  'transitiveReduction: is quick where each node of a long chain also depends %s',
  (_, roots, dependenciesOf, edges) => {
    const first = roots === 0 ? [] : ['R-0'];
    const nodes = [
      ...Array.from({ length: roots }, (__, nth) => ({ id: `R-${nth}`, dependencies: [] })),
      ...chain(100_000).map(({ id }, nth) => ({ id, dependencies: nth === 0 ? first : dependenciesOf(nth) })),
    ];
    expect(transitiveReduction(buildDependencyGraph(nodes)).edges).toBe(edges);
  },
);
