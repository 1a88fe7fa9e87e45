import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildDependencyGraph } from '../src/dependency-graph.ts';
import { DuplicateIdError, UnknownIdError } from '../src/errors.ts';
import { anyNodes, chain, hostileIds } from './arbitrary-graphs.ts';

const sample = [
  { id: 'API-1', dependencies: [], state: 'COMPLETED' },
  { id: 'API-2', dependencies: ['API-1'], state: 'UNPROCESSED' },
  { id: 'WEB-1', dependencies: ['API-2', 'API-1'], state: 'UNPROCESSED' },
  { id: 'DOC-1', dependencies: [] },
];

test('buildDependencyGraph: has the edges of a sample index both ways', () => {
  const graph = buildDependencyGraph(sample);
  expect(graph.size).toBe(4);
  expect(graph.edges).toBe(3);
  expect(graph.ids).toEqual(['API-1', 'API-2', 'WEB-1', 'DOC-1']);
  expect(graph.dependenciesOf('WEB-1')).toEqual(['API-2', 'API-1']);
  expect(graph.dependentsOf('API-1')).toEqual(['API-2', 'WEB-1']);
  expect(graph.stateOf('API-1')).toBe('COMPLETED');
  expect(graph.stateOf('DOC-1')).toBeUndefined();
  expect(graph.missing).toEqual([]);
});

test('buildDependencyGraph: takes nodes without dependencies, and none at all', () => {
  const graph = buildDependencyGraph([{ id: 'A', dependencies: [] }]);
  expect(graph.dependenciesOf('A')).toEqual([]);
  expect(graph.dependentsOf('A')).toEqual([]);
  expect(buildDependencyGraph([]).size).toBe(0);
});

test('buildDependencyGraph: lists missing dependencies, once each, and invents no node for them', () => {
  const graph = buildDependencyGraph([
    { id: 'A', dependencies: ['X', 'B', 'X'] },
    { id: 'B', dependencies: ['X'] },
  ]);
  expect(graph.missing).toEqual([
    { id: 'A', dependency: 'X' },
    { id: 'B', dependency: 'X' },
  ]);
  expect(graph.has('X')).toBe(false);
  expect(graph.indexOf('X')).toBe(-1);
  expect(graph.size).toBe(2);
  expect(graph.dependenciesOf('A')).toEqual(['B']);
});

test('buildDependencyGraph: counts a repeated dependency as one edge', () => {
  const graph = buildDependencyGraph([
    { id: 'A', dependencies: ['B', 'B', 'A', 'B', 'A'] },
    { id: 'B', dependencies: [] },
  ]);
  expect(graph.edges).toBe(2);
  expect(graph.dependenciesOf('A')).toEqual(['B', 'A']);
  expect(graph.dependentsOf('B')).toEqual(['A']);
});

test('buildDependencyGraph: refuses duplicate ids and names each once', () => {
  const nodes = ['A', 'B', 'A', 'C', 'B', 'A'].map((id) => ({ id, dependencies: [] }));
  expect(() => buildDependencyGraph(nodes)).toThrow(DuplicateIdError);
  expect(() => buildDependencyGraph(nodes)).toThrow(
    expect.objectContaining({ code: 'DUPLICATE_ID', ids: ['A', 'B'] }),
  );
});

test('buildDependencyGraph: answers a question about an unknown id with an error that names it in one line', () => {
  const graph = buildDependencyGraph(sample);
  expect(() => graph.dependenciesOf('no\nsuch')).toThrow(UnknownIdError);
  expect(() => graph.dependentsOf('no\nsuch')).toThrow(/^The graph has no node "no\\nsuch": .+$/);
  expect(() => graph.stateOf('')).toThrow(expect.objectContaining({ id: '' }));
});

test('buildDependencyGraph: carries any id string', () => {
  fc.assert(
    fc.property(hostileIds, (ids) => {
      const graph = buildDependencyGraph(ids.map((id) => ({ id, dependencies: ids, state: id })));
      expect(graph.ids).toEqual(ids);
      for (const id of ids) {
        expect(graph.dependenciesOf(id)).toEqual(ids);
        expect(graph.dependentsOf(id)).toEqual(ids);
        expect(graph.stateOf(id)).toBe(id);
      }
      expect(graph.has(`${ids.join('')}x`)).toBe(false);
    }),
  );
});

test('buildDependencyGraph: agrees with a plain reading of the lists', () => {
  fc.assert(
    fc.property(anyNodes, (nodes) => {
      const graph = buildDependencyGraph(nodes);
      const known = new Set(nodes.map(({ id }) => id));
      for (const { id, dependencies } of nodes) {
        const distinct = [...new Set(dependencies)];
        expect(graph.dependenciesOf(id)).toEqual(distinct.filter((to) => known.has(to)));
        expect(graph.missing.filter((entry) => entry.id === id).map(({ dependency }) => dependency)).toEqual(
          distinct.filter((to) => !known.has(to)),
        );
        expect(graph.dependentsOf(id)).toEqual(
          nodes.filter((other) => other.dependencies.includes(id)).map((other) => other.id),
        );
      }
      expect(graph.edges).toBe(nodes.reduce((sum, { id }) => sum + graph.dependenciesOf(id).length, 0));
    }),
  );
});

test('buildDependencyGraph: takes a chain of 1,000,000 from any iterable', () => {
  const graph = buildDependencyGraph(new Set(chain(1_000_000)));
  expect(graph.size).toBe(1_000_000);
  expect(graph.edges).toBe(999_999);
  expect(graph.dependentsOf('T-499999')).toEqual(['T-500000']);
});
