import { buildDependencyGraph, longestPaths } from '@sage/graph';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openBacklog, type SchedulerTicket } from '../src/backlog.ts';
import { meanRiskPaths } from '../src/mean-risk-paths.ts';
import { backlogs } from './arbitrary-backlogs.ts';

/** Each waits for the one before it in its list. */
function chains(...lists: [id: string, minutes: number][][]) {
  const tickets: SchedulerTicket[] = lists.flatMap((list) =>
    list.map(([id, duration], nth) => ({ id, duration, dependencies: nth === 0 ? [] : [list[nth - 1]![0]] })),
  );
  return {
    graph: buildDependencyGraph(tickets),
    durations: Float64Array.from(tickets, (one) => one.duration!),
  };
}

test('meanRiskPaths: adds up the minutes of a chain, and the squares of what varies in it', () => {
  const { graph, durations } = chains([
    ['A', 3],
    ['B', 4],
  ]);
  expect([...meanRiskPaths(graph, durations, 0.5)]).toEqual([7 + 0.5 * 5, 4 + 0.5 * 4]);
});

test('meanRiskPaths: of two chains of the same length the one of fewer, longer tickets counts for more', () => {
  const { graph, durations } = chains(
    [['long', 40]],
    [
      ['one', 20],
      ['other', 20],
    ],
  );
  const [long, one] = meanRiskPaths(graph, durations, 1);
  expect([long, one]).toEqual([80, 40 + Math.sqrt(800)]);
});

test('meanRiskPaths: without risk it is the longest path, and with it never shorter, nor shorter than what waits for it', () => {
  fc.assert(
    fc.property(backlogs, fc.double({ min: 0, max: 9, noNaN: true }), (tickets, risk) => {
      const { graph, durations } = openBacklog(tickets, new Set());
      const { lengths } = longestPaths(graph, (_, node) => durations[node]!);
      expect([...meanRiskPaths(graph, durations, 0)]).toEqual([...lengths]);
      const risky = meanRiskPaths(graph, durations, risk);
      for (let node = 0; node < graph.size; node++) {
        expect(risky[node]).toBeGreaterThanOrEqual(lengths[node]!);
        for (const dependent of graph.dependentsOf(graph.ids[node]!))
          expect(risky[node]).toBeGreaterThanOrEqual(risky[graph.indexOf(dependent)]!);
      }
    }),
  );
});

test('meanRiskPaths: is the sum and the root of the squares of some chain', () => {
  fc.assert(
    fc.property(backlogs, fc.double({ min: 0, max: 9, noNaN: true }), (tickets, risk) => {
      const { graph, durations } = openBacklog(tickets, new Set());
      const all = (node: number): [sum: number, squares: number][] => {
        const dependents = graph.dependentsOf(graph.ids[node]!).map((id) => graph.indexOf(id));
        const rest = dependents.length === 0 ? [[0, 0] as [number, number]] : dependents.flatMap(all);
        return rest.map(([sum, squares]) => [sum + durations[node]!, squares + durations[node]! ** 2]);
      };
      const found = meanRiskPaths(graph, durations, risk);
      for (let node = 0; node < Math.min(8, graph.size); node++) {
        const possible = all(node).map(([sum, squares]) => sum + risk * Math.sqrt(squares));
        expect(Math.min(...possible.map((one) => Math.abs(one - found[node]!)))).toBeLessThan(1e-9);
      }
    }),
    { numRuns: 50 },
  );
});
