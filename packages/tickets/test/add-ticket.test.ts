import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addTicket, nextTicketId, parseTicketIndex, TicketIndexError } from '../src/index.ts';

const NEW = { id: 'API-3', title: 'New', state: 'UNPROCESSED', dependencies: ['API-1'] } as const;

test.each([
  [
    'two spaces',
    JSON.stringify({ version: '1.0', tickets: [{ id: 'API-1', state: 'UNPROCESSED' }] }, null, 2),
  ],
  ['tabs', JSON.stringify({ tickets: [{ id: 'API-1', state: 'UNPROCESSED' }] }, null, '\t')],
  ['Windows lines', '{\r\n  "tickets": [\r\n    {"id": "API-1", "state": "UNPROCESSED"}\r\n  ]\r\n}\r\n'],
  ['one line', '{"tickets": [{"id": "API-1", "state": "UNPROCESSED"}]}'],
  ['none yet', '{\n  "tickets": []\n}\n'],
])('a ticket is added at the end, and everything before it stays: %s', (_, text) => {
  const added = addTicket(text, NEW);
  const before = text.slice(
    0,
    text.lastIndexOf(text.includes('API-1') ? '}' : '[', text.lastIndexOf(']') - 1),
  );
  expect(added.startsWith(before)).toBe(true);
  expect(parseTicketIndex(added, 'f').tickets.at(-1)).toMatchObject({ id: 'API-3', dependencies: ['API-1'] });
});

test('an id that is there, and a text that is no index, are errors', () => {
  const text = '{"tickets": [{"id": "API-3", "state": "UNPROCESSED"}]}';
  expect(() => addTicket(text, NEW)).toThrow(TicketIndexError);
  expect(() => addTicket('{', NEW)).toThrow(TicketIndexError);
});

test('a new id counts on from the highest of its prefix', () => {
  expect(nextTicketId('API', ['API-007', 'API-012', 'WEB-099', 'API-x'])).toBe('API-013');
  expect(nextTicketId('API', ['API-9'])).toBe('API-10');
  expect(nextTicketId('API', [])).toBe('API-001');
  fc.assert(
    fc.property(fc.array(fc.nat(2000)), (numbers) => {
      const ids = numbers.map((number) => `API-${number}`);
      expect(ids).not.toContain(nextTicketId('API', ids));
    }),
  );
});
