import { expect, test } from 'vitest';
import { buildDependencyGraph } from '../src/dependency-graph.ts';
import { UnknownIdError } from '../src/errors.ts';
import { inducedSubgraph, without } from '../src/without.ts';

const graph = buildDependencyGraph([
  { id: 'A', dependencies: [], state: 'COMPLETED' },
  { id: 'B', dependencies: ['A', 'X'], state: 'UNPROCESSED' },
  { id: 'C', dependencies: ['B', 'A'] },
]);

test('without removes nodes and the dependencies on them, and nothing else', () => {
  const left = without(graph, ['B']);
  expect(left.ids).toEqual(['A', 'C']);
  expect(left.dependenciesOf('C')).toEqual(['A']);
  expect(left.missing).toEqual([]);
  expect(left.stateOf('A')).toBe('COMPLETED');
  expect(without(graph, ['A']).missing).toEqual([{ id: 'B', dependency: 'X' }]);
  expect(without(graph, []).edges).toBe(graph.edges);
  expect(graph.size).toBe(3);
});

test('without refuses an unknown id', () => {
  expect(() => without(graph, ['X'])).toThrow(UnknownIdError);
});

test('a part of a graph is the graph that is built of these nodes alone', () => {
  const kept = (node: number) => node !== 1;
  const nodes = [
    { id: 'D', dependencies: ['C', 'A'] },
    { id: 'A', dependencies: [], state: 'COMPLETED' },
    { id: 'C', dependencies: ['X', 'D2'], state: 'UNPROCESSED' },
    { id: 'D2', dependencies: ['A'] },
  ];
  const part = inducedSubgraph(buildDependencyGraph(nodes), kept);
  const built = buildDependencyGraph(
    nodes
      .filter((_, node) => kept(node))
      .map((node) => ({ ...node, dependencies: node.dependencies.filter((id) => id !== 'A') })),
  );
  for (const name of [
    'size',
    'edges',
    'ids',
    'states',
    'missing',
    'dependencyOffsets',
    'dependencyTargets',
    'dependentOffsets',
    'dependentTargets',
  ] as const)
    expect(part[name]).toEqual(built[name]);
  for (const id of ['D', 'A', 'C', 'D2', 'X']) expect(part.indexOf(id)).toBe(built.indexOf(id));
});
