import { alg } from '@dagrejs/graphlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildDependencyGraph } from '../src/dependency-graph.ts';
import type { DependencyGraph } from '../src/dependency-graph.ts';
import { CycleError } from '../src/errors.ts';
import { toGraphlib } from '../src/graphlib.ts';
import { topologicalOrder, waves } from '../src/order.ts';
import { acyclicNodes, anyNodes, chain } from './arbitrary-graphs.ts';

function graphOf(dependencies: Record<string, string[]>): DependencyGraph {
  return buildDependencyGraph(Object.entries(dependencies).map(([id, list]) => ({ id, dependencies: list })));
}

function hasOrder(graph: DependencyGraph): boolean {
  try {
    return topologicalOrder(graph).length === graph.size;
  } catch (error) {
    if (error instanceof CycleError) return false;
    throw error;
  }
}

test('topologicalOrder: puts dependencies first and breaks ties by input order', () => {
  expect(topologicalOrder(graphOf({ C: ['A'], B: [], A: [], D: ['C', 'B'] }))).toEqual(['B', 'A', 'C', 'D']);
});

test('topologicalOrder: keeps an input that is in order already', () => {
  expect(topologicalOrder(graphOf({ A: [], D: ['A'], B: [], C: ['B', 'D'] }))).toEqual(['A', 'D', 'B', 'C']);
});

test('topologicalOrder: throws with the cycles, in one line', () => {
  const graph = graphOf({ A: ['B'], B: ['A'], C: ['A'], D: ['D'] });
  expect(() => topologicalOrder(graph)).toThrow(CycleError);
  expect(() => topologicalOrder(graph)).toThrow(/^Circular dependency "A" -> "B" -> "A" \(and 1 more\): .+$/);
  expect(() => topologicalOrder(graph)).toThrow(expect.objectContaining({ cycles: [['A', 'B'], ['D']] }));
});

test('topologicalOrder: always takes the first ready id of the input', () => {
  fc.assert(
    fc.property(acyclicNodes, (nodes) => {
      const graph = buildDependencyGraph(nodes);
      const placed = new Set<string>();
      for (const id of topologicalOrder(graph)) {
        const ready = graph.ids.find(
          (other) => !placed.has(other) && graph.dependenciesOf(other).every((to) => placed.has(to)),
        );
        expect(id).toBe(ready);
        placed.add(id);
      }
      expect(placed.size).toBe(graph.size);
    }),
  );
});

test('topologicalOrder: throws exactly where graphlib says the graph is cyclic', () => {
  fc.assert(
    fc.property(anyNodes, (nodes) => {
      const graph = buildDependencyGraph(nodes);
      expect(hasOrder(graph)).toBe(alg.isAcyclic(toGraphlib(graph)));
    }),
  );
});

test('topologicalOrder: does not overflow on a chain of 1,000,000', () => {
  const order = topologicalOrder(buildDependencyGraph(chain(1_000_000).toReversed()));
  expect(order[0]).toBe('T-0');
  expect(order.at(-1)).toBe('T-999999');
});

test('waves: are levels in input order', () => {
  expect(waves(graphOf({ D: ['B', 'A'], A: [], B: ['A'], C: ['A'], E: [] }))).toEqual([
    ['A', 'E'],
    ['B', 'C'],
    ['D'],
  ]);
  expect(waves(graphOf({}))).toEqual([]);
});

test('waves: depend only on earlier waves, and on the one just before', () => {
  fc.assert(
    fc.property(acyclicNodes, (nodes) => {
      const graph = buildDependencyGraph(nodes);
      const levels = waves(graph);
      const levelOf = new Map(levels.flatMap((ids, level) => ids.map((id) => [id, level] as const)));
      expect(levelOf.size).toBe(graph.size);
      for (const [id, level] of levelOf) {
        expect(Math.max(-1, ...graph.dependenciesOf(id).map((to) => levelOf.get(to)!))).toBe(level - 1);
      }
    }),
  );
});

test('waves: throw on a cycle', () => {
  expect(() => waves(graphOf({ A: ['A'] }))).toThrow(CycleError);
});
