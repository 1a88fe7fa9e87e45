import { expect, test } from 'vitest';
import { parseRawTicketIndex, parseTicketIndex } from '../src/sage-index.ts';
import { thrownBy } from './thrown.ts';

const ticket = (id: string): string => `{"id": ${JSON.stringify(id)}, "state": "UNPROCESSED"}`;

test('parseTicketIndex: reads tickets in order and leaves unknown fields alone', () => {
  const index = parseTicketIndex(
    `{"version": "1.0", "mine": 1, "tickets": [${ticket('B-1')}, ${ticket('A-1')}]}`,
    'i.json',
  );
  expect(index.version).toBe('1.0');
  expect(index.file).toBe('i.json');
  expect(index.tickets.map(({ id }) => id)).toEqual(['B-1', 'A-1']);
});

test('parseTicketIndex: needs no version and no tickets', () => {
  expect(parseTicketIndex('{"tickets": []}', 'i.json')).toEqual({
    file: 'i.json',
    version: undefined,
    tickets: [],
  });
});

test('parseTicketIndex: reads a file with a byte order mark, and counts places without it', () => {
  expect(parseTicketIndex(`\uFEFF{"tickets": [${ticket('A')}]}`, 'i').tickets).toHaveLength(1);
  expect(thrownBy(() => parseTicketIndex('\uFEFF{"tickets": x}', 'i')).message).toMatch(/^i:1:13: /);
  expect(thrownBy(() => parseTicketIndex('\uFEFF[]', 'i')).message).toMatch(/^i:1:1: /);
});

test('parseTicketIndex: takes the last of duplicate keys, as JSON.parse does', () => {
  const index = parseTicketIndex(
    '{"tickets": 1, "tickets": [{"id": "A", "id": "B", "state": "x", "state": "DEFERRED"}]}',
    'i',
  );
  expect(index.tickets[0]).toMatchObject({ id: 'B', state: 'DEFERRED' });
});

test.each([
  ['', 'NOT_JSON', 'i:1:1: the file is empty'],
  ['\n \n', 'NOT_JSON', 'i:1:1: the file is empty'],
  [
    '{"tickets": [\n  {"id": "A",}\n]}',
    'NOT_JSON',
    'i:2:14: not JSON: a property name in double quotes expected',
  ],
  ['{"tickets": [\r\n  {"id": "A"\r\n', 'NOT_JSON', 'i:3:1: not JSON: a closing brace expected'],
  ['{"tickets": [1 2]}', 'NOT_JSON', 'i:1:16: not JSON: a comma expected'],
  ['{"tickets" []}', 'NOT_JSON', 'i:1:12: not JSON: a colon expected'],
  ['{"tickets": [] // none\n}', 'NOT_JSON', 'i:1:16: not JSON: JSON has no comments'],
  ['{"tickets": [], "a": "x\ny"}', 'NOT_JSON', 'i:1:22: not JSON: a string that does not end on its line'],
  ['{"tickets": [], "a": tru}', 'NOT_JSON', 'i:1:22: not JSON: an unknown word'],
  ['{"tickets": []} 5', 'NOT_JSON', 'i:1:17: not JSON: the end of the file expected'],
  ['{"tickets": []}\n{"tickets": []}', 'TWO_DOCUMENTS', 'i:2:1: a second JSON document starts here'],
  [
    '{"tickets": [\n<<<<<<< HEAD\n1\n=======\n2\n>>>>>>> x\n]}',
    'CONFLICT_MARKERS',
    'i:2:1: a git conflict marker',
  ],
  ['{"tickets": [\n"\0"]}', 'NUL_BYTE', 'i:2:2: a NUL byte'],
  ['[]', 'NOT_AN_INDEX', 'i:1:1: an index is an object'],
  ['null', 'NOT_AN_INDEX', 'i:1:1: an index is an object'],
  ['{"a": 1}', 'NOT_AN_INDEX', 'i:1:1: no "tickets"'],
  ['{"a": 1,\n "tickets": {}}', 'NOT_AN_INDEX', 'i:2:13: "tickets" is not a list'],
  [`{"tickets": [${ticket('A')},\n{"state": "COMPLETED"}]}`, 'NO_ID', 'i:2:1: a ticket has no id'],
  [
    '{"tickets": [\n {"id": "A\\u0000", "state": "COMPLETED"}]}',
    'BAD_ID',
    'i:2:9: the id "A\\u0000" holds a NUL',
  ],
  [
    '{"tickets": [{"id": "A",\n"state": "DONE"}]}',
    'BAD_STATE',
    'i:2:10: ticket "A" has the unknown state "DONE"',
  ],
  [
    '{"tickets": [{"id": "A", "state": "DEFERRED",\n"dependencies": ["B",\n7]}]}',
    'BAD_FIELD',
    'i:3:1: ticket "A" has "dep',
  ],
  [
    `{"tickets": [\n${ticket('A')},\n${ticket('B')},\n${ticket('A')}]}`,
    'DUPLICATE_ID',
    'i:4:8: duplicate id "A", first on line 2',
  ],
])('parseTicketIndex: says what is wrong with %j in one line, with the place', (text, code, message) => {
  const error = thrownBy(() => parseTicketIndex(text, 'i'));
  expect(error.code).toBe(code);
  expect(error.message.slice(0, message.length)).toBe(message);
  expect(error.message).toMatch(/^.+$/);
});

test('parseTicketIndex: names the ticket at fault', () => {
  const error = thrownBy(() => parseTicketIndex('{"tickets": [{"id": "A"}]}', 'i'));
  expect(error).toMatchObject({ name: 'TicketIndexError', ticket: 'A', line: 1, column: 14, file: 'i' });
});

test('parseTicketIndex: survives nesting that a recursive parser cannot follow', () => {
  const error = thrownBy(() => parseTicketIndex('['.repeat(200_000), 'i'));
  expect(error.code).toBe('NOT_JSON');
});

test('parseRawTicketIndex lets tickets through that cannot be read', () => {
  expect(parseRawTicketIndex('{"version": 1, "tickets": [1, {"id": "A"}]}', 'i')).toEqual({
    file: 'i',
    version: undefined,
    tickets: [1, { id: 'A' }],
    document: { version: 1, tickets: [1, { id: 'A' }] },
  });
});
