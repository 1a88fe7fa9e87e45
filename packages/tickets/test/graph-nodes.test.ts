import { expect, test } from 'vitest';
import { toGraphNodes } from '../src/graph-nodes.ts';
import type { Ticket } from '../src/ticket.ts';
import { parseTicketIndex } from '../src/sage-index.ts';

function tickets(
  ...raw: { id: string; dependencies?: string[]; children?: string[]; parent?: string }[]
): Ticket[] {
  const full = raw.map((ticket) => ({ state: 'UNPROCESSED', ...ticket }));
  return parseTicketIndex(JSON.stringify({ tickets: full }), 'index.json').tickets;
}

function edgesOf(...raw: Parameters<typeof tickets>): Record<string, string[]> {
  return Object.fromEntries(
    toGraphNodes(tickets(...raw)).nodes.map(({ id, dependencies }) => [id, dependencies]),
  );
}

test('a ticket waits for its dependencies, unknown ones included', () => {
  expect(toGraphNodes(tickets({ id: 'A', dependencies: ['B', 'X'] }, { id: 'B' }))).toMatchObject({
    nodes: [
      { id: 'A', dependencies: ['B', 'X'], state: 'UNPROCESSED' },
      { id: 'B', dependencies: [], state: 'UNPROCESSED' },
    ],
    ignored: [],
  });
});

test('a container waits for its own dependencies and its children, each once', () => {
  expect(
    edgesOf(
      { id: 'E', dependencies: ['A', 'C'], children: ['C', 'D'] },
      { id: 'A' },
      { id: 'C' },
      { id: 'D' },
    )['E'],
  ).toEqual(['A', 'C', 'D']);
});

test('what is in a container, however deep, does not wait for it', () => {
  const { nodes, ignored } = toGraphNodes(
    tickets(
      { id: 'E', children: ['F', 'C'] },
      { id: 'F', children: ['D'] },
      { id: 'C', dependencies: ['E', 'D'] },
      { id: 'D', dependencies: ['E', 'F'] },
      { id: 'O', dependencies: ['E'] },
    ),
  );
  expect(Object.fromEntries(nodes.map(({ id, dependencies }) => [id, dependencies]))).toEqual({
    E: ['F', 'C'],
    F: ['D'],
    C: ['D'],
    D: [],
    O: ['E'],
  });
  expect(ignored).toEqual([
    { id: 'C', container: 'E' },
    { id: 'D', container: 'F' },
    { id: 'D', container: 'E' },
  ]);
});

test('a ticket that names a container as its parent is in it, also where the container does not list it', () => {
  const all = tickets(
    { id: 'E', children: ['C'] },
    { id: 'C' },
    { id: 'D', parent: 'E', dependencies: ['E'] },
  );
  expect(toGraphNodes(all).ignored).toEqual([{ id: 'D', container: 'E' }]);
});

test('a parent without children is a ticket like any other', () => {
  expect(edgesOf({ id: 'S' }, { id: 'T', parent: 'S', dependencies: ['S'] })['T']).toEqual(['S']);
});

test('containers that hold each other end, and stay a cycle', () => {
  expect(
    edgesOf(
      { id: 'E', children: ['F'] },
      { id: 'F', children: ['E'] },
      { id: 'S', children: ['S'], dependencies: ['S'] },
    ),
  ).toEqual({
    E: ['F'],
    F: ['E'],
    S: ['S'],
  });
});

test('the dependencies of a container hold back all that is in it, however deep', () => {
  const all = tickets(
    { id: 'B', children: ['B-1'] },
    { id: 'B-1', parent: 'B' },
    { id: 'A', children: ['F', 'A-1'], dependencies: ['B', 'X'] },
    { id: 'F', parent: 'A', children: ['F-1'] },
    { id: 'A-1', parent: 'A', dependencies: ['X'] },
    { id: 'F-1', parent: 'F' },
    { id: 'X' },
  );
  const { nodes, inheritedFrom } = toGraphNodes(all);
  const edges = Object.fromEntries(nodes.map(({ id, dependencies }) => [id, dependencies]));
  expect(edges).toMatchObject({ 'A-1': ['X', 'B'], 'F-1': ['B', 'X'], 'B-1': [] });
  expect(inheritedFrom('F-1', 'B')).toBe('A');
  expect(inheritedFrom('A-1', 'X')).toBeUndefined();
});

test('a container that depends on what is in it puts its other children in no order', () => {
  expect(
    edgesOf({ id: 'E', dependencies: ['C'], children: ['C', 'D'] }, { id: 'C' }, { id: 'D' }),
  ).toMatchObject({ C: [], D: [] });
});

test('a COMPLETED container with open children is not done; one whose children are done is', () => {
  const all = parseTicketIndex(
    JSON.stringify({
      tickets: [
        { id: 'E', state: 'COMPLETED', children: ['F'] },
        { id: 'F', state: 'COMPLETED', children: ['C'] },
        { id: 'C', state: 'UNPROCESSED' },
        { id: 'G', state: 'COMPLETED', children: ['D'] },
        { id: 'D', state: 'COMPLETED' },
      ],
    }),
    'index.json',
  ).tickets;
  const states = Object.fromEntries(toGraphNodes(all).nodes.map(({ id, state }) => [id, state]));
  expect(states).toMatchObject({ E: 'UNPROCESSED', F: 'UNPROCESSED', G: 'COMPLETED' });
});
