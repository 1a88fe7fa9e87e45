import { createColors } from 'picocolors';
import { buildDependencyGraph } from '@sage/graph';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { formatGraph, graphAsJson } from '../src/reporters/graph.ts';

const SCREEN = { colors: createColors(false), columns: 80 };

const graph = buildDependencyGraph([
  { id: 'A-1', dependencies: [], state: 'COMPLETED' },
  { id: 'A-2', dependencies: ['A-1'], state: 'UNPROCESSED' },
  { id: 'A-3', dependencies: ['A-1', 'A-2'], state: 'DEFERRED' },
  { id: 'A-4', dependencies: ['A-3'], state: 'UNPROCESSED' },
]);
const options = { titleOf: (id: string) => `Title of ${id}`, groupOf: () => 'A', marked: ['A-2'] };

test('a tree with states, the longest chain, and each ticket in full once', () => {
  expect(formatGraph(graph, options, SCREEN).split('\n')).toEqual([
    '\u{2713}  A-1  Title of A-1',
    '├─ \u{00b7}* A-2  Title of A-2',
    '│  ↓  !  A-3  Title of A-3',
    '│  ↓  \u{00b7}  A-4  Title of A-4',
    '└─ !  A-3  (see above)',
    '',
    '4 tickets, 4 dependencies: 1 COMPLETED, 2 UNPROCESSED, 1 DEFERRED; * is on the longest chain of open tickets',
    '',
  ]);
});

test('trees stand below their component where there are several', () => {
  const mixed = buildDependencyGraph([
    { id: 'API-1', dependencies: [] },
    { id: 'WEB-1', dependencies: [] },
    { id: 'API-2', dependencies: [] },
  ]);
  const groupOf = (id: string): string => id.split('-')[0]!;
  expect(formatGraph(mixed, { groupOf }, SCREEN).split('\n').slice(0, 6)).toEqual([
    'API',
    '\u{00b7}  API-1',
    '\u{00b7}  API-2',
    '',
    'WEB',
    '\u{00b7}  WEB-1',
  ]);
});

test('no line of the tree is wider than the terminal, and no control character gets through', () => {
  const deep = buildDependencyGraph(
    Array.from({ length: 60 }, (_, nth) => ({
      id: `\u001b[31m組件-${nth}`,
      dependencies: nth === 0 ? [] : [`\u001b[31m組件-${nth - 1}`],
    })),
  );
  const lines = formatGraph(deep, { titleOf: () => 'x\n\u0007'.repeat(50) }, SCREEN)
    .split('\n')
    .slice(0, 60);
  for (const line of lines) {
    expect(stringWidth(line)).toBeLessThanOrEqual(80);
    expect(line).not.toMatch(/\p{Cc}/u);
  }
});

test('as JSON', () => {
  const { v, tickets, criticalPath } = JSON.parse(graphAsJson(graph, options));
  expect([v, criticalPath, tickets.length]).toEqual([1, ['A-2'], 4]);
  expect(tickets[2]).toEqual({
    id: 'A-3',
    title: 'Title of A-3',
    state: 'DEFERRED',
    component: 'A',
    dependencies: ['A-1', 'A-2'],
  });
});
