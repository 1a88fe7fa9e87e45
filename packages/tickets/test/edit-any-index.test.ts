import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyTicketChanges, type DeferReason, type TicketChange } from '../src/edit.ts';
import { IndexEditor } from '../src/index-editor.ts';
import { TICKET_STATES, type TicketState } from '../src/needed-fields.ts';

const at = '2026-01-02T03:04:05Z';
const reason: DeferReason = {
  category: 'agent_failed',
  message: 'exit 1',
  attempts: 2,
  last_error: 'a "quoted"\nline',
  deferred_at: at,
};

/** A JSON text of `value` in which the gaps between tokens are the given ones, over and over. */
function written(value: unknown, gaps: readonly string[]): string {
  let next = 0;
  const gap = (): string => gaps[next++ % gaps.length]!;
  const write = (part: unknown): string => {
    if (Array.isArray(part))
      return `[${gap()}${part.map((item) => write(item)).join(`${gap()},${gap()}`)}${gap()}]`;
    if (typeof part !== 'object' || part === null) return JSON.stringify(part);
    const members = Object.entries(part).map(
      ([key, item]) => `${JSON.stringify(key)}${gap()}:${gap()}${write(item)}`,
    );
    return `{${gap()}${members.join(`${gap()},${gap()}`)}${gap()}}`;
  };
  return write(value);
}

interface RandomTicket {
  state?: TicketState;
  state_history?: unknown[] | string;
  git?: { branch?: string; commits?: string[] } | null;
  defer_reason?: unknown;
}

const state = fc.constantFrom(...TICKET_STATES);
const ticketFields: fc.Arbitrary<RandomTicket> = fc.record(
  {
    title: fc.string({ unit: 'binary' }),
    state,
    state_history: fc.oneof(
      fc.array(fc.record({ state, timestamp: fc.string(), note: fc.string() }, { requiredKeys: [] }), {
        maxLength: 2,
      }),
      fc.constant('none'),
    ),
    git: fc.oneof(
      fc.record(
        { branch: fc.string(), commits: fc.uniqueArray(fc.constantFrom('c1', 'c2', 'x'), { maxLength: 2 }) },
        { requiredKeys: [] },
      ),
      fc.constant(null),
    ),
    defer_reason: fc.oneof(fc.constant(reason), fc.jsonValue()),
    extra: fc.jsonValue({ depthSize: 'small' }),
  },
  { requiredKeys: [] },
);
const indexes = fc.record({
  version: fc.string(),
  tickets: fc
    .array(ticketFields, { minLength: 1, maxLength: 4 })
    .map((tickets) => tickets.map((fields, index) => ({ ...fields, id: `T-${index}` }))),
  tail: fc.jsonValue(),
});
const gapLists = fc.array(fc.string({ unit: fc.constantFrom(' ', '\n', '\t', '\r\n', '\r'), maxLength: 3 }), {
  minLength: 1,
  maxLength: 17,
});
const drawnChanges = fc.array(
  fc.record(
    { index: fc.nat(3), state, deferReason: fc.constant(reason), commit: fc.constantFrom('c1', 'c2') },
    { requiredKeys: ['index'] },
  ),
  { maxLength: 4 },
);

/** What a change means, on parsed values. */
function changed<T extends RandomTicket>(ticket: T, change: TicketChange): T {
  const result = structuredClone(ticket);
  if (change.state !== undefined && ticket.state !== change.state) {
    result.state = change.state;
    if (Array.isArray(result.state_history))
      result.state_history.push({ state: change.state, timestamp: at });
  }
  if (change.deferReason) result.defer_reason = change.deferReason;
  if (result.git && change.commit !== undefined) {
    result.git.commits = [...new Set([...(result.git.commits ?? []), change.commit])];
  }
  return result;
}

test('applyTicketChanges on any index, with any white space: means what was asked, and nothing when asked again', () => {
  fc.assert(
    fc.property(indexes, drawnChanges, gapLists, (index, drawn, gaps) => {
      const changes = drawn.map(({ index: nth, ...change }): TicketChange => {
        return { id: `T-${nth % index.tickets.length}`, at, ...change };
      });
      const tickets = index.tickets.map((ticket) =>
        changes
          .filter(({ id }) => id === ticket.id)
          .reduce((result, change) => changed(result, change), ticket),
      );
      const result = applyTicketChanges(written(index, gaps), changes);
      const before: object = JSON.parse(JSON.stringify(index));
      expect(JSON.parse(result)).toEqual({ ...before, tickets: JSON.parse(JSON.stringify(tickets)) });
      const last = changes.filter(({ id }, nth) => changes.findLastIndex((other) => other.id === id) === nth);
      expect(applyTicketChanges(result, last)).toBe(result);
    }),
    { numRuns: 300 },
  );
});

test('applyTicketChanges on any index, with any white space: where tokens are replaced, the text is the one that differs in them alone', () => {
  fc.assert(
    fc.property(indexes, state, fc.nat(3), gapLists, (index, target, nth, gaps) => {
      const ticket = index.tickets[nth % index.tickets.length]!;
      fc.pre(ticket.state !== undefined && !Array.isArray(ticket.state_history));
      const text = written(index, gaps);
      const result = applyTicketChanges(text, [{ id: ticket.id, state: target, at }]);
      ticket.state = target;
      expect(result).toBe(written(index, gaps));
    }),
  );
});

test('applyTicketChanges on any index, with any white space: where text is added, all of the old text is still there, in one run before it and one after', () => {
  fc.assert(
    fc.property(indexes, fc.nat(3), gapLists, (index, nth, gaps) => {
      const ticket = index.tickets[nth % index.tickets.length]!;
      fc.pre(ticket.defer_reason === undefined);
      const text = written(index, gaps);
      const result = applyTicketChanges(text, [{ id: ticket.id, at, deferReason: reason }]);
      const tail = text.length - commonPrefix(text, result);
      expect(tail === 0 || result.endsWith(text.slice(-tail))).toBe(true);
    }),
  );
});

test('IndexEditor on any index: one edit after the other is as each from the start, also where the text comes from elsewhere', () => {
  fc.assert(
    fc.property(
      indexes,
      fc.array(fc.tuple(drawnChanges, fc.boolean()), { maxLength: 6 }),
      gapLists,
      (index, rounds, gaps) => {
        const editor = new IndexEditor();
        const tickets = index.tickets.map((ticket) => ({ state: 'UNPROCESSED' as const, ...ticket }));
        let text = written({ ...index, tickets }, gaps);
        for (const [drawn, isForeign] of rounds) {
          if (isForeign) text = `\n${text}`;
          const changes = drawn.map(({ index: nth, ...change }): TicketChange => {
            return { id: `T-${nth % index.tickets.length}`, at, ...change };
          });
          const expected = applyTicketChanges(text, changes);
          expect(editor.edit(text, [...changes, { id: 'gone', at, state: 'COMPLETED' }], 'index')).toBe(
            expected,
          );
          text = expected;
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('IndexEditor: an index that is not valid is refused, whatever was edited before', () => {
  const editor = new IndexEditor();
  const text = editor.edit(
    '{"tickets":[{"id":"A","state":"DEFERRED"}]}',
    [{ id: 'A', state: 'COMPLETED', at }],
    'index',
  );
  expect(() => editor.edit(text.replace('"COMPLETED"', '7'), [], 'index')).toThrow('index');
  expect(() =>
    editor.edit('{"tickets":[{"id":"A","state":"DEFERRED"},{"id":"A","state":"DEFERRED"}]}', [], 'index'),
  ).toThrow('duplicate id');
});

function commonPrefix(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
