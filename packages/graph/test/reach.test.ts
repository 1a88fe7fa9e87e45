import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildDependencyGraph } from '../src/dependency-graph.ts';
import { UnknownIdError } from '../src/errors.ts';
import { transitiveDependencies, transitiveDependents } from '../src/reach.ts';
import { anyNodes } from './arbitrary-graphs.ts';

const graph = buildDependencyGraph([
  { id: 'D', dependencies: ['C', 'X'] },
  { id: 'A', dependencies: [] },
  { id: 'B', dependencies: ['A'] },
  { id: 'C', dependencies: ['B'] },
  { id: 'E', dependencies: ['A', 'E'] },
]);

test('transitive reach: goes both ways, in input order, without the ids asked for', () => {
  expect(transitiveDependents(graph, ['A'])).toEqual(['D', 'B', 'C', 'E']);
  expect(transitiveDependents(graph, ['B', 'C'])).toEqual(['D']);
  expect(transitiveDependencies(graph, ['D'])).toEqual(['A', 'B', 'C']);
  expect(transitiveDependencies(graph, ['E'])).toEqual(['A']);
  expect(transitiveDependents(graph, [])).toEqual([]);
});

test('transitive reach: refuses an unknown id', () => {
  expect(() => transitiveDependents(graph, ['X'])).toThrow(UnknownIdError);
});

test('transitive reach: one way is the inverse of the other, with or without cycles', () => {
  fc.assert(
    fc.property(anyNodes, (nodes) => {
      const any = buildDependencyGraph(nodes);
      for (const from of any.ids) {
        for (const to of any.ids) {
          expect(transitiveDependencies(any, [from]).includes(to)).toBe(
            transitiveDependents(any, [to]).includes(from),
          );
        }
        const direct = any.dependenciesOf(from).filter((id) => id !== from);
        const expected = new Set(direct.flatMap((id) => [id, ...transitiveDependencies(any, [id])]));
        expected.delete(from);
        expect(new Set(transitiveDependencies(any, [from]))).toEqual(expected);
      }
    }),
  );
});
