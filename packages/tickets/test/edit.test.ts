import { expect, test } from 'vitest';
import { applyTicketChanges, type DeferReason } from '../src/edit.ts';
import { thrownBy } from './thrown.ts';

const at = '2026-01-02T03:04:05Z';
const reason: DeferReason = {
  category: 'agent_failed',
  message: 'exit 1',
  attempts: 2,
  last_error: 'a "quoted"\nline',
  deferred_at: at,
};

test('applyTicketChanges: changes the token of the state and nothing else', () => {
  const text = '{ "n": 1.50e+3,\r\n\t"tickets" : [ {"state" :"UNPROCESSED" , "id":"A","x":"\\u0041"}]}';
  expect(applyTicketChanges(text, [{ id: 'A', state: 'COMPLETED', at }])).toBe(
    text.replace('UNPROCESSED', 'COMPLETED'),
  );
});

test('applyTicketChanges: returns the identical text where nothing is to change', () => {
  const text = '\uFEFF{"tickets":[{"id":"A","state":"DEFERRED","state_history":[]}]}';
  expect(applyTicketChanges(text, [])).toBe(text);
  expect(applyTicketChanges(text, [{ id: 'A', state: 'DEFERRED', at }])).toBe(text);
  expect(applyTicketChanges(text, [{ id: 'A', at, commit: 'abc' }])).toBe(text);
});

test('applyTicketChanges: keeps a byte order mark in place', () => {
  const text = '\uFEFF{"tickets":[{"id":"A","state":"DEFERRED"}]}\n';
  expect(applyTicketChanges(text, [{ id: 'A', state: 'COMPLETED', at }])).toBe(
    text.replace('DEFERRED', 'COMPLETED'),
  );
});

test('applyTicketChanges: appends to the history in the style of its neighbours', () => {
  const text = `{
  "tickets": [
    {
      "id": "A",
      "state": "IN_PROGRESS",
      "state_history": [
        {
          "state": "IN_PROGRESS",
          "timestamp": "2025-01-01T00:00:00Z",
          "note": "began"
        }
      ],
      "z": [1,2]
    }
  ]
}`;
  expect(applyTicketChanges(text, [{ id: 'A', state: 'COMPLETED', at }])).toBe(`{
  "tickets": [
    {
      "id": "A",
      "state": "COMPLETED",
      "state_history": [
        {
          "state": "IN_PROGRESS",
          "timestamp": "2025-01-01T00:00:00Z",
          "note": "began"
        },
        {
          "state": "COMPLETED",
          "timestamp": "2026-01-02T03:04:05Z"
        }
      ],
      "z": [1,2]
    }
  ]
}`);
});

test('applyTicketChanges: starts an empty history, with tabs and CRLF as around it', () => {
  const text =
    '{"tickets": [\r\n\t{\r\n\t\t"id": "A",\r\n\t\t"state": "UNPROCESSED",\r\n\t\t"state_history": []\r\n\t}\r\n]}';
  expect(applyTicketChanges(text, [{ id: 'A', state: 'COMPLETED', at }])).toBe(
    '{"tickets": [\r\n\t{\r\n\t\t"id": "A",\r\n\t\t"state": "COMPLETED",\r\n\t\t"state_history": [\r\n\t\t\t{\r\n\t\t\t\t"state": "COMPLETED",' +
      '\r\n\t\t\t\t"timestamp": "2026-01-02T03:04:05Z"\r\n\t\t\t}\r\n\t\t]\r\n\t}\r\n]}',
  );
});

test('applyTicketChanges: stays on one line where the ticket does', () => {
  const spaced =
    '{"tickets": [{"id": "A", "state": "UNPROCESSED", "state_history": [], "git": {"commits": ["a"]}}]}';
  expect(applyTicketChanges(spaced, [{ id: 'A', state: 'COMPLETED', at, commit: 'b' }])).toBe(
    `{"tickets": [{"id": "A", "state": "COMPLETED", "state_history": [{"state": "COMPLETED", "timestamp": "${at}"}], "git": {"commits": ["a", "b"]}}]}`,
  );
  const tight = '{"tickets":[{"id":"A","state":"UNPROCESSED","state_history":[],"git":{"commits":["a"]}}]}';
  expect(applyTicketChanges(tight, [{ id: 'A', state: 'COMPLETED', at, commit: 'b' }])).toBe(
    `{"tickets":[{"id":"A","state":"COMPLETED","state_history":[{"state":"COMPLETED","timestamp":"${at}"}],"git":{"commits":["a","b"]}}]}`,
  );
});

test('applyTicketChanges: adds a defer reason after the last member, and replaces it later', () => {
  const text = '{"tickets": [\n  {\n    "id": "A",\n    "state": "UNPROCESSED"\n  }\n]}';
  const once = applyTicketChanges(text, [{ id: 'A', state: 'DEFERRED', at, deferReason: reason }]);
  expect(once).toBe(`{"tickets": [
  {
    "id": "A",
    "state": "DEFERRED",
    "defer_reason": {
      "category": "agent_failed",
      "message": "exit 1",
      "attempts": 2,
      "last_error": "a \\"quoted\\"\\nline",
      "deferred_at": "${at}"
    }
  }
]}`);
  const again = applyTicketChanges(once, [{ id: 'A', at, deferReason: { ...reason, attempts: 3 } }]);
  expect(again).toBe(once.replace('"attempts": 2', '"attempts": 3'));
});

test('applyTicketChanges: leaves an equal defer reason as it is written', () => {
  const written = `{ "deferred_at":"${at}", "category" : "agent_failed","message":"exit 1","attempts":2.0,\n"last_error":"a \\u0022quoted\\"\\nline"}`;
  const text = `{"tickets": [{"id": "A", "state": "DEFERRED", "defer_reason": ${written}}]}`;
  expect(applyTicketChanges(text, [{ id: 'A', state: 'DEFERRED', at, deferReason: reason }])).toBe(text);
});

test('applyTicketChanges: adds a commit where there is a git object, once', () => {
  const ticketWith = (git: string): string =>
    `{"tickets": [{"id": "A", "state": "COMPLETED", "git": ${git}}]}`;
  const add = (git: string): string => applyTicketChanges(ticketWith(git), [{ id: 'A', at, commit: 'abc' }]);
  expect(add('{}')).toBe(ticketWith('{"commits": ["abc"]}'));
  expect(add('{"branch": "b"}')).toBe(ticketWith('{"branch": "b", "commits": ["abc"]}'));
  expect(add('{"commits": []}')).toBe(ticketWith('{"commits": ["abc"]}'));
  expect(add('{"commits": ["x"]}')).toBe(ticketWith('{"commits": ["x", "abc"]}'));
  expect(add('{"commits": ["abc", "x"]}')).toBe(ticketWith('{"commits": ["abc", "x"]}'));
  expect(add('null')).toBe(ticketWith('null'));
  expect(add('{"commits": "none"}')).toBe(ticketWith('{"commits": "none"}'));
});

test('applyTicketChanges: edits the last of duplicate keys, the one that counts', () => {
  const text =
    '{"tickets": [], "tickets": [{"id": "X", "id": "A", "state": "DEFERRED", "state": "UNPROCESSED"}]}';
  expect(applyTicketChanges(text, [{ id: 'A', state: 'COMPLETED', at }])).toBe(
    text.replace('UNPROCESSED', 'COMPLETED'),
  );
});

test('applyTicketChanges: makes several changes of one ticket in the order given', () => {
  const text =
    '{"tickets": [{"id": "A", "state": "UNPROCESSED", "state_history": []}, {"id": "B", "state": "UNPROCESSED"}]}';
  const changed: unknown = JSON.parse(
    applyTicketChanges(text, [
      { id: 'A', state: 'IN_PROGRESS', at: 't1' },
      { id: 'B', state: 'DEFERRED', at: 't2' },
      { id: 'A', state: 'COMPLETED', at: 't3' },
    ]),
  );
  expect(changed).toEqual({
    tickets: [
      {
        id: 'A',
        state: 'COMPLETED',
        state_history: [
          { state: 'IN_PROGRESS', timestamp: 't1' },
          { state: 'COMPLETED', timestamp: 't3' },
        ],
      },
      { id: 'B', state: 'DEFERRED' },
    ],
  });
});

test('applyTicketChanges: refuses an unknown ticket, a duplicate one and what is no index', () => {
  const twice = '{"tickets": [{"id": "A"}, {"id": "A"}]}';
  expect(thrownBy(() => applyTicketChanges('{"tickets": []}', [{ id: 'A', at }])).code).toBe(
    'UNKNOWN_TICKET',
  );
  expect(thrownBy(() => applyTicketChanges(twice, [{ id: 'A', at }])).code).toBe('DUPLICATE_ID');
  expect(thrownBy(() => applyTicketChanges('{', [{ id: 'A', at }], 'x.json')).message).toMatch(
    /^x\.json:1:2: /,
  );
});
