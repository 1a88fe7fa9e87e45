import { expect, test } from 'vitest';
import { buildDependencyGraph } from '../src/dependency-graph.ts';
import { UnknownIdError } from '../src/errors.ts';
import { without } from '../src/without.ts';

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
