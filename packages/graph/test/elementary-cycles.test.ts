import fc from 'fast-check';
import { expect, test } from 'vitest';
import { detectCircularDependencies } from '../src/cycles.ts';
import { buildDependencyGraph } from '../src/dependency-graph.ts';
import type { DependencyGraph } from '../src/dependency-graph.ts';
import { elementaryCycles } from '../src/elementary-cycles.ts';
import { anyNodes, chain } from './arbitrary-graphs.ts';

/** Every simple path from every node, by plain recursion. */
function allCycles(graph: DependencyGraph): string[] {
  const found: string[] = [];
  const extend = (path: number[]): void => {
    for (const id of graph.dependenciesOf(graph.ids[path.at(-1)!]!)) {
      const next = graph.indexOf(id);
      if (next === path[0]) found.push(path.map((node) => graph.ids[node]).join(' '));
      else if (next > path[0]! && !path.includes(next)) extend([...path, next]);
    }
  };
  for (let node = 0; node < graph.size; node++) extend([node]);
  return found;
}

test('elementaryCycles: finds both of two cycles that share a node, and a self-loop', () => {
  const graph = buildDependencyGraph([
    { id: 'X', dependencies: ['A'] },
    { id: 'A', dependencies: ['B', 'C', 'A'] },
    { id: 'B', dependencies: ['A'] },
    { id: 'C', dependencies: ['A'] },
  ]);
  expect(elementaryCycles(graph, { limit: 10 })).toEqual({
    cycles: [['A', 'B'], ['A', 'C'], ['A']],
    truncated: false,
  });
  expect(elementaryCycles(graph, { limit: 2 })).toEqual({
    cycles: [
      ['A', 'B'],
      ['A', 'C'],
    ],
    truncated: true,
  });
  expect(elementaryCycles(graph, { limit: 3 }).truncated).toBe(false);
});

test('elementaryCycles: agrees with recursion over every simple path', () => {
  fc.assert(
    fc.property(anyNodes, (nodes) => {
      const graph = buildDependencyGraph(nodes.slice(0, 8));
      const { cycles, truncated } = elementaryCycles(graph, { limit: 100_000 });
      expect(truncated).toBe(false);
      expect(cycles.map((cycle) => cycle.join(' ')).toSorted()).toEqual(allCycles(graph).toSorted());
      const firsts = cycles.map(([first]) => graph.indexOf(first!));
      expect(firsts).toEqual(firsts.toSorted((a, b) => a - b));
      expect(cycles.length > 0).toBe(detectCircularDependencies(graph).length > 0);
    }),
    { numRuns: 500 },
  );
});

test('elementaryCycles: stops at the limit where all depend on all', () => {
  const ids = Array.from({ length: 40 }, (_, nth) => `T-${nth}`);
  const graph = buildDependencyGraph(ids.map((id) => ({ id, dependencies: ids })));
  const { cycles, truncated } = elementaryCycles(graph, { limit: 500 });
  expect(new Set(cycles.map((cycle) => cycle.join(' '))).size).toBe(500);
  expect(truncated).toBe(true);
});

test('elementaryCycles: does not overflow on a ring of 200,000', () => {
  const nodes = chain(200_000);
  nodes[0] = { id: 'T-0', dependencies: ['T-199999'] };
  const { cycles } = elementaryCycles(buildDependencyGraph(nodes), { limit: 5 });
  expect(cycles.map((cycle) => cycle.length)).toEqual([200_000]);
});
