import { expect, test } from 'vitest';
import { beads } from '../../src/formats/beads/beads.ts';
import { toGraphNodes } from '../../src/graph-nodes.ts';
import { thrownBy } from '../thrown.ts';
import { edgesOf, readOne, statesOf, ticketOf } from './read.ts';

const FILE = '.beads/issues.jsonl';
const at = '2026-01-02T03:04:05Z';

const lines = (...issues: object[]) => issues.map((issue) => `${JSON.stringify(issue)}\n`).join('');
const read = (...issues: object[]) => readOne(beads, FILE, lines(...issues));
const link = (from: string, to: string, type = 'blocks') => ({ issue_id: from, depends_on_id: to, type });
const edit = (text: string, id: string, state: 'COMPLETED' | 'DEFERRED') =>
  beads.edit(FILE, text, [{ id, state, at }], {}, new Map([[FILE, text]]));

test('beads: an issue is a ticket with all that it says', () => {
  const { tickets, fileOf } = read({
    id: 'bd-1',
    title: 'Parse',
    description: 'What',
    design: 'How',
    notes: 'Mind this',
    acceptance_criteria: 'It parses',
    status: 'open',
    priority: 0,
    issue_type: 'bug',
    estimated_minutes: 90,
    labels: ['core'],
  });
  expect(tickets).toEqual([
    expect.objectContaining({
      id: 'bd-1',
      title: 'Parse',
      state: 'UNPROCESSED',
      type: 'bug',
      priority: 'P0',
      component: 'bd',
      description: 'What\n\n## Design\n\nHow\n\n## Notes\n\nMind this',
      acceptanceCriteria: ['It parses'],
      estimatedMinutes: 90,
    }),
  ]);
  expect(tickets[0]!.raw['labels']).toEqual(['core']);
  expect([...fileOf]).toEqual([['bd-1', FILE]]);
});

test('beads: every status has a state; one of the user is not run, and that is said once', () => {
  const words = [
    'open',
    'in_progress',
    'blocked',
    'deferred',
    'closed',
    'done',
    'hooked',
    'pinned',
    'qa',
    'toString',
  ];
  const { tickets, warnings } = read(
    ...words.map((status) => ({ id: status, status })),
    { id: 'none' },
    { id: 'x', status: 'qa' },
  );
  expect(tickets.map(({ state }) => state)).toEqual([
    'UNPROCESSED',
    'IN_PROGRESS',
    'DEFERRED',
    'DEFERRED',
    'COMPLETED',
    'COMPLETED',
    'DEFERRED',
    'DEFERRED',
    'DEFERRED',
    'DEFERRED',
    'UNPROCESSED',
    'DEFERRED',
  ]);
  expect(warnings).toEqual([
    'the status "qa" is not one that bd ready offers: not run (qa, x)',
    'the status "toString" is not one that bd ready offers: not run (toString)',
  ]);
});

test('beads: headers, other records, tombstones and what is nobody’s work are no tickets', () => {
  const types = ['message', 'event', 'molecule', 'gate', 'agent', 'merge-request', 'wisp'];
  const { tickets, warnings } = read(
    { _schema: 2 },
    { _type: 'memory', key: 'k' },
    { _type: 'issue', id: 'a', status: 'open' },
    { id: 'b', status: 'tombstone' },
    { id: 'c', status: 'open', ephemeral: true },
    { id: 'd', status: 'open', is_template: true },
    { id: 'e', status: 'open', wisp: true },
    ...types.map((issue_type) => ({ id: issue_type, status: 'open', issue_type })),
  );
  expect(tickets.map(({ id }) => id)).toEqual(['a']);
  expect(warnings).toEqual([]);
});

test('beads: only blocking links are waited for', () => {
  const types = [
    'blocks',
    'conditional-blocks',
    'waits-for',
    'related',
    'discovered-from',
    'tracks',
    'supersedes',
    'duplicates',
  ];
  const backlog = read(
    { id: 'a', status: 'open', dependencies: types.map((type) => link('a', type, type)) },
    ...types.map((id) => ({ id, status: 'open' })),
  );
  expect(edgesOf(backlog)).toEqual(['a>blocks', 'a>conditional-blocks', 'a>waits-for']);
});

test('beads: targets may be gone or deleted, which holds nobody up', () => {
  const backlog = read(
    { id: 'a', status: 'open', dependencies: [link('a', 'gone'), link('a', 'grave'), link('a', 'b')] },
    {
      id: 'b',
      status: 'open',
      dependencies: [link('b', 'nowhere', 'parent-child'), link('b', 'b', 'parent-child')],
    },
    { id: 'grave', status: 'tombstone' },
  );
  expect(edgesOf(backlog)).toEqual(['a>b']);
  expect(backlog.warnings).toEqual([
    'a waits for "gone", which does not exist: ignored',
    'b is in "nowhere", which does not exist: ignored',
    'b is its own parent: ignored',
  ]);
});

test('beads: a gate that is open holds up those who wait for it, a closed one nobody', () => {
  const backlog = read(
    { id: 'a', status: 'open', dependencies: [link('a', 'gate'), link('a', 'past')] },
    { id: 'gate', status: 'open', issue_type: 'gate' },
    { id: 'past', status: 'closed', issue_type: 'gate' },
  );
  expect(edgesOf(backlog)).toEqual(['a>gate']);
  expect(statesOf(backlog)).toEqual({ a: 'UNPROCESSED', gate: 'DEFERRED' });
});

test('beads: parents are containers, and what blocks them blocks what is in them', () => {
  const backlog = read(
    { id: 'e', status: 'open', issue_type: 'epic', dependencies: [link('e', 'x')] },
    { id: 'e.1', status: 'open', dependencies: [link('e.1', 'e', 'parent-child')] },
    { id: 'e.2', status: 'open', dependencies: [link('e.2', 'e', 'parent-child'), link('e.2', 'e.1')] },
    { id: 'f', status: 'blocked', issue_type: 'epic' },
    { id: 'f.1', status: 'open', dependencies: [link('f.1', 'f', 'parent-child')] },
    { id: 'x', status: 'open' },
  );
  expect(ticketOf(backlog, 'e')).toMatchObject({ children: ['e.1', 'e.2'], dependencies: ['x'] });
  expect(ticketOf(backlog, 'e.2')).toMatchObject({ parent: 'e', dependencies: ['e.1'] });
  const { nodes, heldBack } = toGraphNodes(backlog.tickets);
  expect(nodes.find(({ id }) => id === 'e.1')?.dependencies).toEqual(['x']);
  expect(heldBack.get('f.1')).toBe('f');
});

test('beads: of several lines of an issue the one updated last counts, for reading and for writing', () => {
  const text = lines(
    { id: 'a', status: 'closed', updated_at: '2025-03-01T00:00:00+02:00' },
    { id: 'a', status: 'open', updated_at: '2025-02-28T23:00:00.123456789Z' },
    { id: 'a', status: 'closed', updated_at: '2025-01-01T00:00:00Z' },
    { id: 'b', status: 'open' },
    { id: 'b', status: 'open' },
  );
  const backlog = readOne(beads, FILE, text);
  expect(statesOf(backlog)).toEqual({ a: 'UNPROCESSED', b: 'UNPROCESSED' });
  expect(backlog.warnings).toEqual(['ids that several lines have (2: a, b): the line updated last counts']);
  const edited = edit(text, 'a', 'COMPLETED');
  expect(edited.split('\n')[1]).toBe(`{"id":"a","status":"closed","updated_at":"${at}","closed_at":"${at}"}`);
  expect(edited.split('\n').toSpliced(1, 1)).toEqual(text.split('\n').toSpliced(1, 1));
});

test('beads: closing writes what bd close writes, in the line of the issue', () => {
  const rest = '{"id": "other", "status": "open", "title": "\\u0041 é"}';
  const text = `${rest}\r\n{"id":"a","status":"open","close_reason":"","n":1.50,"updated_at":"2025-01-01T00:00:00Z"}\r\n\r\n${rest.replace('other', 'z')}`;
  const closed = edit(text, 'a', 'COMPLETED');
  expect(closed).toBe(
    text.replace(
      /\{"id":"a".*\}/,
      `{"id":"a","status":"closed","close_reason":"Completed","n":1.50,"updated_at":"${at}","closed_at":"${at}"}`,
    ),
  );
  expect(edit(closed, 'a', 'COMPLETED')).toBe(closed);
  expect(edit(text, 'other', 'DEFERRED')).toBe(
    text.replace(rest, `{"id": "other", "status": "deferred", "title": "\\u0041 é", "updated_at": "${at}"}`),
  );
  expect(edit(text, 'gone', 'COMPLETED')).toBe(text);
});

test('beads: an issue that says it was updated in the future stays the one that counts', () => {
  const text = lines(
    { id: 'a', status: 'open', updated_at: '2098-01-01T00:00:00Z' },
    { id: 'a', status: 'open', updated_at: '2099-01-01T00:00:00Z' },
  );
  const edited = edit(text, 'a', 'COMPLETED');
  expect(statesOf(readOne(beads, FILE, edited))).toEqual({ a: 'COMPLETED' });
});

test('beads: what cannot be trusted is refused with its line', () => {
  const refused = (text: string) => thrownBy(() => readOne(beads, FILE, text)).message;
  const good = '{"id": "a", "status": "open"}\n';
  expect(refused(`${good}<<<<<<< HEAD\n${good}=======\n${good}>>>>>>> x\n`)).toBe(
    `${FILE}:2:1: a git conflict marker: resolve the merge first`,
  );
  expect(refused(`${good}\n{"id": "b",}\n`)).toMatch(/:3:12: not JSON/);
  expect(refused(`${good}{"id": "b"} {"id": "c"}`)).toMatch(/:2:13: a second JSON document/);
  expect(refused(`${good}[1]`)).toMatch(/:2:1: not an issue/);
  expect(refused('{"title": "x"}')).toMatch(/:1:1: an issue has no id/);
  expect(refused('{"id": "a", "status": 3}')).toMatch(/:1:1: the issue "a" has a status that is not text/);
  expect(refused('{"id": "a", "dependencies": {}}')).toMatch(
    /:1:1: the issue "a" has "dependencies" that are not a list/,
  );
  expect(refused('{"id": "a", "dependencies": ["b"]}')).toMatch(/has a dependency without "depends_on_id"/);
  expect(thrownBy(() => beads.read(new Map(), {})).code).toBe('NOT_FOUND');
});

test('beads: an export of a database is said to be one', () => {
  const texts = new Map([
    [FILE, lines({ id: 'a' })],
    ['.beads/metadata.json', '{"backend": "dolt"}'],
  ]);
  expect(beads.read(texts, {}).warnings).toEqual([
    expect.stringMatching(/^\.beads\/issues\.jsonl is an export/),
  ]);
  expect(beads.read(texts.set('.beads/metadata.json', '{'), {}).warnings).toEqual([]);
});

test('beads: an id is quoted in a warning where it is more than a word', () => {
  const { warnings } = read({
    id: 'a\n\u001b[31m',
    status: 'open',
    dependencies: [link('a\n\u001b[31m', 'b')],
  });
  expect(warnings).toEqual(['"a\\n\\u001b[31m" waits for "b", which does not exist: ignored']);
});

test('beads: a byte order mark stays in place', () => {
  const text = `\uFEFF{"id": "a", "status": "open", "updated_at": "${at}"}\n`;
  expect(edit(text, 'a', 'DEFERRED')).toBe(text.replace('open', 'deferred'));
});

test('beads: long lines and an empty file are read', () => {
  const long = 'x'.repeat(40_000);
  expect(read({ id: 'a', status: 'open', description: long }).tickets[0]!.description).toBe(long);
  expect(readOne(beads, FILE, '').tickets).toEqual([]);
});
