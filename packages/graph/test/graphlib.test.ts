import { alg, Graph } from '@dagrejs/graphlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildDependencyGraph } from '../src/dependency-graph.ts';
import { UnsupportedIdError } from '../src/errors.ts';
import { fromGraphlib, toGraphlib } from '../src/graphlib.ts';
import { acyclicNodes, anyNodes } from './arbitrary-graphs.ts';

test('graphlib: reads topsort of the exported graph as a running order', () => {
  fc.assert(
    fc.property(acyclicNodes, (nodes) => {
      const graph = buildDependencyGraph(nodes);
      const position = new Map(alg.topsort(toGraphlib(graph)).map((id, index) => [id, index]));
      for (const id of graph.ids) {
        for (const to of graph.dependenciesOf(id)) expect(position.get(to)).toBeLessThan(position.get(id)!);
      }
    }),
  );
});

test('graphlib: there and back keeps ids, states and edges', () => {
  fc.assert(
    fc.property(anyNodes, (nodes) => {
      const graph = buildDependencyGraph(
        nodes.map((node, index) => ({ ...node, state: index % 2 ? 'DONE' : undefined })),
      );
      const back = fromGraphlib(toGraphlib(graph));
      expect(back.ids).toEqual(graph.ids);
      expect(back.states).toEqual(graph.states);
      for (const id of graph.ids) {
        expect(back.dependenciesOf(id).sort()).toEqual(graph.dependenciesOf(id).sort());
      }
    }),
  );
});

test('graphlib: reads a graph made elsewhere: labels that are no strings are no state', () => {
  const made = new Graph().setNode('A', { label: 'x' }).setNode('B', 'DONE').setEdge('A', 'B');
  const graph = fromGraphlib(made);
  expect(graph.dependenciesOf('B')).toEqual(['A']);
  expect(graph.states).toEqual([undefined, 'DONE']);
});

test.each(['__proto__', 'constructor', 'toString', 'a\x01b'])(
  'graphlib: refuses the id %j, which graphlib would lose',
  (id) => {
    expect(() => toGraphlib(buildDependencyGraph([{ id, dependencies: [] }]))).toThrow(UnsupportedIdError);
  },
);

test('graphlib: carries the empty id and the rest of unicode', () => {
  const graph = buildDependencyGraph([
    { id: '', dependencies: ['\x00'] },
    { id: '\x00', dependencies: ['\u{1F600}'] },
    { id: '\u{1F600}', dependencies: [] },
  ]);
  expect(fromGraphlib(toGraphlib(graph)).dependenciesOf('')).toEqual(['\x00']);
});
