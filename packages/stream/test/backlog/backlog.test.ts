import { type Ticket, parseTicketIndex } from '@sage/tickets';
import { expect, test } from 'vitest';
import {
  checkBacklog,
  heldBackWarnings,
  schedulerTickets,
  selectTickets,
} from '../../src/backlog/backlog.ts';
import { completedContainers } from '../../src/backlog/completed-containers.ts';

const tickets = (...list: (Partial<Record<string, unknown>> & { id: string })[]): Ticket[] =>
  parseTicketIndex(
    JSON.stringify({ tickets: list.map((one) => ({ state: 'UNPROCESSED', ...one })) }),
    'index.json',
  ).tickets;
const backlog = (...list: Parameters<typeof tickets>) => checkBacklog('index.json', tickets(...list));

test('an unknown dependency and a cycle are errors that name the tickets', () => {
  expect(() => backlog({ id: 'A-1', dependencies: ['A-9'] })).toThrow(
    'index.json: ticket "A-1" depends on "A-9"',
  );
  expect(() => backlog({ id: 'A-1', dependencies: ['A-2'] }, { id: 'A-2', dependencies: ['A-1'] })).toThrow(
    '"A-1" -> "A-2" -> "A-1"',
  );
  expect(() => backlog({ id: 'A-1', dependencies: ['A-1'] })).toThrow('"A-1" -> "A-1"');
});

test('a cycle of finished tickets holds nobody up', () => {
  const list = backlog(
    { id: 'A-1', state: 'COMPLETED', dependencies: ['A-2'] },
    { id: 'A-2', state: 'COMPLETED', dependencies: ['A-1'] },
    { id: 'A-3', dependencies: ['A-1'] },
  );
  expect([...selectTickets(list, {})]).toEqual(['A-3']);
});

test('a selection is what is open; only names bring a deferred one back', () => {
  const list = backlog(
    { id: 'A-1', state: 'DEFERRED' },
    { id: 'A-2' },
    { id: 'A-3', state: 'COMPLETED' },
    { id: 'B-1', component: 'web' },
    { id: 'A-4', state: 'IN_PROGRESS' },
  );
  expect([...selectTickets(list, {})]).toEqual(['A-2', 'B-1', 'A-4']);
  expect([...selectTickets(list, { component: 'web' })]).toEqual(['B-1']);
  expect([...selectTickets(list, { component: 'B-' })]).toEqual(['B-1']);
  expect([...selectTickets(list, { only: ['A-1', 'A-3'] })]).toEqual(['A-1']);
  const all = { only: ['A-1', 'A-2', 'A-3', 'A-4', 'B-1'] };
  expect(selectTickets(list, { retryDeferred: true })).toEqual(selectTickets(list, all));
});

test('containers complete with their last child, the innermost first', () => {
  const list = backlog(
    { id: 'E-1', children: ['E-2', 'A-3'] },
    { id: 'E-2', parent: 'E-1', children: ['A-1', 'A-2'] },
    { id: 'A-1', parent: 'E-2', dependencies: ['E-2'] },
    { id: 'A-2', parent: 'E-2', dependencies: ['E-1'] },
    { id: 'A-3', parent: 'E-1' },
  );
  expect(list.warnings).toEqual([
    'index.json: 2 dependencies of tickets on their own epic are ignored: an epic waits for its children',
  ]);
  expect(completedContainers(list, new Set(['A-1']))).toEqual([]);
  expect(completedContainers(list, new Set(['A-1', 'A-2']))).toEqual(['E-2']);
  expect(completedContainers(list, new Set(['A-1', 'A-2', 'A-3']))).toEqual(['E-2', 'E-1']);
  expect(schedulerTickets(list, ({ state }) => state).find(({ id }) => id === 'E-2')?.container).toBe(true);
});

test('a cycle that a container makes names the container', () => {
  expect(() =>
    backlog(
      { id: 'A', children: ['A-1'], dependencies: ['B'] },
      { id: 'A-1', parent: 'A' },
      { id: 'B', children: ['B-1'] },
      { id: 'B-1', parent: 'B', dependencies: ['A-1'] },
    ),
  ).toThrow('"A-1" (by its epic "A") -> "B"');
});

test('a COMPLETED epic with open children is open, and said so', () => {
  const list = backlog(
    { id: 'E-1', state: 'COMPLETED', children: ['A-1'] },
    { id: 'A-1', parent: 'E-1' },
    { id: 'A-2', dependencies: ['E-1'] },
  );
  expect(list.tickets.get('E-1')?.state).toBe('UNPROCESSED');
  expect([...selectTickets(list, {})]).toEqual(['E-1', 'A-1', 'A-2']);
  expect(list.warnings).toEqual([
    'index.json: 1 epic is COMPLETED with open children, and done when those are: E-1',
  ]);
});

test('a DEFERRED epic holds its open children back, and --only the epic means them', () => {
  const list = backlog(
    { id: 'E-1', state: 'DEFERRED', children: ['E-2'] },
    { id: 'E-2', children: ['A-1', 'A-2', 'A-3'] },
    { id: 'A-1' },
    { id: 'A-2', state: 'COMPLETED' },
    { id: 'A-3', state: 'DEFERRED' },
    { id: 'B-1' },
  );
  expect([...list.heldBack]).toEqual([
    ['E-2', 'E-1'],
    ['A-1', 'E-1'],
  ]);
  expect([...selectTickets(list, {})]).toEqual(['B-1']);
  expect([...selectTickets(list, { only: ['E-1'] })]).toEqual(['E-1', 'E-2', 'A-1', 'A-3']);
  // Only where it is so in this run.
  expect(heldBackWarnings(list, {})).toEqual([
    'index.json: 1 ticket is blocked by DEFERRED epic E-1; --only E-1 runs what is in it',
  ]);
  expect(heldBackWarnings(list, { only: ['E-1'] })).toEqual([]);
  expect(heldBackWarnings(list, { component: 'B' })).toEqual([]);
});
