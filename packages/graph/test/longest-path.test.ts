import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildDependencyGraph } from '../src/dependency-graph.ts';
import type { DependencyGraph } from '../src/dependency-graph.ts';
import { CycleError, InvalidDurationError, UnknownIdError } from '../src/errors.ts';
import { longestPaths } from '../src/longest-path.ts';
import { acyclicNodes, chain } from './arbitrary-graphs.ts';

const diamond = buildDependencyGraph([
  { id: 'A', dependencies: [] },
  { id: 'B', dependencies: ['A'] },
  { id: 'C', dependencies: ['A'] },
  { id: 'D', dependencies: ['B', 'C'] },
  { id: 'E', dependencies: [] },
]);

/** Every chain, by plain recursion. */
function longest(graph: DependencyGraph, id: string, durationOf: (id: string) => number): number {
  return (
    durationOf(id) + Math.max(0, ...graph.dependentsOf(id).map((next) => longest(graph, next, durationOf)))
  );
}

test('longestPaths: weighs chains by duration', () => {
  const durations: Record<string, number> = { A: 1, B: 2, C: 5, D: 1, E: 6 };
  const paths = longestPaths(diamond, (id) => durations[id]!);
  expect(paths.criticalPath).toEqual(['A', 'C', 'D']);
  expect(paths.length).toBe(7);
  expect(['A', 'B', 'C', 'D', 'E'].map((id) => paths.remaining(id))).toEqual([7, 3, 6, 1, 6]);
});

test('longestPaths: gives the slack of what is not critical', () => {
  const durations: Record<string, number> = { A: 1, B: 2, C: 5, D: 1, E: 6 };
  const paths = longestPaths(diamond, (id) => durations[id]!);
  expect(['A', 'B', 'C', 'D', 'E'].map((id) => paths.slack(id))).toEqual([0, 3, 0, 0, 1]);
});

test('longestPaths: passes the index of the node along', () => {
  expect(longestPaths(diamond, (_, index) => [1, 2, 5, 1, 6][index]!).length).toBe(7);
});

test('longestPaths: slack is how much a node can be late without a later end, and no more', () => {
  fc.assert(
    fc.property(acyclicNodes, fc.array(fc.nat(9), { minLength: 14, maxLength: 14 }), (nodes, durations) => {
      const graph = buildDependencyGraph(nodes);
      const paths = longestPaths(graph, (_, index) => durations[index]!);
      graph.ids.forEach((late, at) => {
        const length = (delay: number): number =>
          longestPaths(graph, (_, index) => durations[index]! + (index === at ? delay : 0)).length;
        expect(length(paths.slack(late))).toBe(paths.length);
        expect(length(paths.slack(late) + 1)).toBe(paths.length + 1);
      });
    }),
  );
});

test('longestPaths: slack is never below 0, whatever the order of the sums', () => {
  fc.assert(
    fc.property(
      acyclicNodes,
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 14, maxLength: 14 }),
      (nodes, durations) => {
        const graph = buildDependencyGraph(nodes);
        const paths = longestPaths(graph, (_, index) => durations[index]!);
        for (const id of graph.ids) expect(paths.slack(id)).toBeGreaterThanOrEqual(0);
      },
    ),
  );
});

test('longestPaths: keeps nodes without a duration on the critical path', () => {
  expect(longestPaths(diamond, () => 0).criticalPath).toEqual(['A', 'B', 'D']);
});

test('longestPaths: of no nodes is empty', () => {
  expect(longestPaths(buildDependencyGraph([]), () => 1)).toMatchObject({ criticalPath: [], length: 0 });
});

test('longestPaths: agrees with recursion over every chain, and the critical path is a true chain of that length', () => {
  fc.assert(
    fc.property(acyclicNodes, fc.array(fc.nat(9), { minLength: 14, maxLength: 14 }), (nodes, durations) => {
      const graph = buildDependencyGraph(nodes);
      const durationOf = (id: string): number => durations[graph.indexOf(id)]!;
      const paths = longestPaths(graph, durationOf);
      for (const id of graph.ids) expect(paths.remaining(id)).toBe(longest(graph, id, durationOf));
      expect(paths.length).toBe(Math.max(0, ...graph.ids.map((id) => longest(graph, id, durationOf))));
      expect(paths.criticalPath.reduce((sum, id) => sum + durationOf(id), 0)).toBe(paths.length);
      paths.criticalPath.slice(1).forEach((id, index) => {
        expect(graph.dependenciesOf(id)).toContain(paths.criticalPath[index]);
      });
    }),
  );
});

test.each([-1, Number.NaN, Infinity])('longestPaths: refuses a duration of %d', (duration) => {
  expect(() => longestPaths(diamond, (id) => (id === 'C' ? duration : 1))).toThrow(InvalidDurationError);
});

test('longestPaths: throws on a cycle and on an unknown id', () => {
  const loop = buildDependencyGraph([{ id: 'A', dependencies: ['A'] }]);
  expect(() => longestPaths(loop, () => 1)).toThrow(CycleError);
  expect(() => longestPaths(diamond, () => 1).remaining('X')).toThrow(UnknownIdError);
  expect(() => longestPaths(diamond, () => 1).slack('X')).toThrow(UnknownIdError);
});

test('longestPaths: does not overflow on a chain of 1,000,000', () => {
  const paths = longestPaths(buildDependencyGraph(chain(1_000_000)), () => 2);
  expect(paths.length).toBe(2_000_000);
  expect(paths.criticalPath).toHaveLength(1_000_000);
  expect(paths.remaining('T-999998')).toBe(4);
});
