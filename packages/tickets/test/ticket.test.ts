import { expect, test } from 'vitest';
import { isContainer, readTicket } from '../src/ticket.ts';
import type { Ticket } from '../src/ticket.ts';

function ticketOf(raw: unknown): Ticket {
  const read = readTicket(raw);
  if ('ticket' in read) return read.ticket;
  throw new Error(read.problems.map(({ message }) => message).join('; '));
}

function problemsOf(raw: unknown): string[] {
  const read = readTicket(raw);
  return 'problems' in read
    ? read.problems.map(({ code, path, message }) => `${code} ${path.join('.')}: ${message}`)
    : [];
}

test('readTicket: fills in what real files lack', () => {
  const raw = { id: 'LLM-CLIENT-007', state: 'UNPROCESSED' };
  expect(ticketOf(raw)).toEqual({
    id: 'LLM-CLIENT-007',
    title: 'LLM-CLIENT-007',
    state: 'UNPROCESSED',
    type: 'task',
    priority: 'P2',
    component: 'LLM-CLIENT',
    dependencies: [],
    parent: null,
    children: [],
    description: '',
    acceptanceCriteria: [],
    docs: {},
    files: [],
    conflictsWith: [],
    estimatedMinutes: undefined,
    workerLabels: [],
    raw,
  });
});

test('readTicket: reads every field of the format', () => {
  const ticket = ticketOf({
    id: 'API-1',
    title: 'Add it',
    state: 'COMPLETED',
    type: 'Epic',
    priority: 'p0',
    component: 'backend',
    dependencies: ['API-0'],
    parent: 'EPIC-1',
    children: ['API-2'],
    description: 'Do it.',
    acceptance_criteria: ['works', 5],
    docs: { spec: 'docs/spec.md', plan: null },
    targetFiles: [{ path: './src/a.ts', action: 'create' }, { action: 'none' }, 'src/b.ts', null],
    files: ['src/a.ts', '../out.ts', ''],
    conflicts_with: ['API-9'],
    estimated_minutes: 30,
  });
  expect(ticket).toMatchObject({
    title: 'Add it',
    type: 'epic',
    priority: 'P0',
    component: 'backend',
    dependencies: ['API-0'],
    parent: 'EPIC-1',
    children: ['API-2'],
    description: 'Do it.',
    acceptanceCriteria: ['works'],
    docs: { spec: 'docs/spec.md' },
    files: ['src/a.ts', 'src/b.ts', '../out.ts'],
    conflictsWith: ['API-9'],
    estimatedMinutes: 30,
  });
  expect(ticket.docs).not.toHaveProperty('plan');
  expect(isContainer(ticket)).toBe(true);
  expect(isContainer(ticketOf({ id: 'A', state: 'DEFERRED', children: null }))).toBe(false);
});

test.each([
  ['A', 'A'],
  ['A2A-001', 'A2A'],
  ['-1', '-1'],
  ['a-b-c', 'a-b'],
  ['', ''],
])('readTicket: takes the component of %j from the prefix: %j', (id, component) => {
  expect(ticketOf({ id, state: 'UNPROCESSED' }).component).toBe(component);
});

test('readTicket: is lenient about odd optional fields', () => {
  const ticket = ticketOf({
    id: 'A',
    state: 'UNPROCESSED',
    title: 5,
    type: null,
    priority: 'urgent',
    docs: [],
    files: 'a',
  });
  expect(ticket).toMatchObject({ title: 'A', type: 'task', priority: 'P2', docs: {}, files: ['a'] });
});

test('readTicket: carries ids that would break an object used as a map', () => {
  const raw: unknown = JSON.parse(
    '{"id": "__proto__", "state": "UNPROCESSED", "docs": {"__proto__": "x.md"}}',
  );
  const ticket = ticketOf(raw);
  expect(ticket.id).toBe('__proto__');
  expect(Object.entries(ticket.docs)).toEqual([['__proto__', 'x.md']]);
});

test.each([
  [{ state: 'COMPLETED' }, 'NO_ID : a ticket has no id: give it one, such as "API-001"'],
  [{ id: 7, state: 'COMPLETED' }, 'BAD_FIELD id: a ticket has "id": 7, which should be a string'],
  [{ id: 'A\0', state: 'COMPLETED' }, 'BAD_ID id: the id "A\\u0000" holds a NUL: rename it'],
  [
    { id: 'A' },
    'BAD_STATE : ticket "A" has no state: set it to one of UNPROCESSED, IN_PROGRESS, COMPLETED, DEFERRED',
  ],
  [
    { id: 'A\nB', state: 'done' },
    'BAD_STATE state: ticket "A\\nB" has the unknown state "done": set it to one of UNPROCESSED, IN_PROGRESS, COMPLETED, DEFERRED',
  ],
  [
    { id: 'A', state: 'COMPLETED', dependencies: ['B', 3] },
    'BAD_FIELD dependencies.1: ticket "A" has "dependencies": ["B",3], which should be a list of ids',
  ],
  [
    { id: 'A', state: 'COMPLETED', children: 'B' },
    'BAD_FIELD children: ticket "A" has "children": "B", which should be a list of ids',
  ],
  [
    { id: 'A', state: 'COMPLETED', parent: 1 },
    'BAD_FIELD parent: ticket "A" has "parent": 1, which should be an id or null',
  ],
  [null, 'BAD_FIELD : null is not a ticket: replace it with an object'],
  ['A', 'BAD_FIELD : "A" is not a ticket: replace it with an object'],
])('readTicket: refuses %j', (raw, problem) => {
  expect(problemsOf(raw)).toEqual([problem]);
});

test('readTicket: lists every problem of a ticket', () => {
  expect(problemsOf({ dependencies: 1, children: {} })).toHaveLength(4);
});
