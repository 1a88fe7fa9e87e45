import { expect, test } from 'vitest';
import { buildDependencyGraph } from '../src/dependency-graph.ts';
import { graphStatistics } from '../src/statistics.ts';

test('graphStatistics counts nodes, edges, ends and states', () => {
  const graph = buildDependencyGraph([
    { id: 'A', dependencies: [], state: 'COMPLETED' },
    { id: 'B', dependencies: ['A', 'X'], state: '__proto__' },
    { id: 'C', dependencies: ['A'], state: 'COMPLETED' },
    { id: 'D', dependencies: [] },
  ]);
  expect(graphStatistics(graph)).toEqual({
    total: 4,
    edges: 2,
    missing: 1,
    roots: 2,
    leaves: 3,
    states: new Map([
      ['COMPLETED', 2],
      ['__proto__', 1],
    ]),
  });
});
