import { alg } from '@dagrejs/graphlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { detectCircularDependencies } from '../src/cycles.ts';
import { buildDependencyGraph } from '../src/dependency-graph.ts';
import { toGraphlib } from '../src/graphlib.ts';
import { anyNodes, chain } from './arbitrary-graphs.ts';

function cyclesOf(dependencies: Record<string, string[]>, state?: string): string[][] {
  const nodes = Object.entries(dependencies).map(([id, list]) => ({ id, dependencies: list, state }));
  return detectCircularDependencies(buildDependencyGraph(nodes));
}

test('detectCircularDependencies: finds A -> B -> C -> A', () => {
  expect(cyclesOf({ A: ['B'], B: ['C'], C: ['A'] })).toEqual([['A', 'B', 'C']]);
});

test('detectCircularDependencies: finds nothing in A -> B -> C', () => {
  expect(cyclesOf({ A: ['B'], B: ['C'], C: [] })).toEqual([]);
});

test('detectCircularDependencies: finds a self-loop', () => {
  expect(cyclesOf({ A: ['A'], B: ['A'] })).toEqual([['A']]);
});

test('detectCircularDependencies: reports two cycles that share a node as one component, with a simple path', () => {
  expect(cyclesOf({ A: ['B'], B: ['A', 'C'], C: ['B'] })).toEqual([['A', 'B']]);
});

test('detectCircularDependencies: reports separate cycles in input order and leaves what only leads to them out', () => {
  expect(cyclesOf({ X: ['A'], A: ['B'], B: ['A'], Y: ['B', 'C'], C: ['D'], D: ['C'], Z: [] })).toEqual([
    ['A', 'B'],
    ['C', 'D'],
  ]);
});

test('detectCircularDependencies: reports a cycle of COMPLETED tickets as well: states are the judgement of the caller', () => {
  expect(cyclesOf({ A: ['B'], B: ['A'] }, 'COMPLETED')).toEqual([['A', 'B']]);
});

test('detectCircularDependencies: does not follow missing dependencies', () => {
  expect(cyclesOf({ A: ['X'], B: ['X', 'A'] })).toEqual([]);
});

test('detectCircularDependencies: agrees with graphlib on the components, and every witness is a true simple cycle', () => {
  fc.assert(
    fc.property(anyNodes, (nodes) => {
      const graph = buildDependencyGraph(nodes);
      const cycles = detectCircularDependencies(graph);
      const components = alg.findCycles(toGraphlib(graph)).map((ids) => new Set(ids));
      expect(cycles).toHaveLength(components.length);
      const matched = new Set<Set<string>>();
      for (const cycle of cycles) {
        expect(new Set(cycle).size).toBe(cycle.length);
        cycle.forEach((id, index) => {
          expect(graph.dependenciesOf(id)).toContain(cycle[(index + 1) % cycle.length]);
        });
        const component = components.find((ids) => cycle.every((id) => ids.has(id)));
        if (component) matched.add(component);
      }
      expect(matched.size).toBe(components.length);
    }),
    { numRuns: 500 },
  );
});

test('detectCircularDependencies: does not overflow on a chain, nor on a ring, of 1,000,000', () => {
  const nodes = chain(1_000_000);
  expect(detectCircularDependencies(buildDependencyGraph(nodes))).toEqual([]);
  nodes[0] = { id: 'T-0', dependencies: ['T-999999'] };
  const cycles = detectCircularDependencies(buildDependencyGraph(nodes));
  expect(cycles).toHaveLength(1);
  expect(cycles[0]).toHaveLength(1_000_000);
  expect(cycles[0]!.slice(0, 3)).toEqual(['T-0', 'T-999999', 'T-999998']);
});
