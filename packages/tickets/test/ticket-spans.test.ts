import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ticketSpans } from '../src/ticket-spans.ts';

const found = (text: string): string[] => ticketSpans(text).map(({ start, end }) => text.slice(start, end));

test('finds the objects of the top-level list, and nothing else', () => {
  expect(
    found('{"a": {"tickets": [{}]}, "tickets": [ {"tickets": [{}]}, 1, [{}], "{", {"b": "]}"} ], "c": [{}]}'),
  ).toEqual(['{"tickets": [{}]}', '{"b": "]}"}']);
  expect(found('{"tickets": []}')).toEqual([]);
  expect(found('{"a": "tickets", "b": [{}]}')).toEqual([]);
});

test('takes the last of duplicate lists, and keys with escapes', () => {
  expect(found('{"tickets": [{"a": 1}], "t\\u0069ckets": [{"b": 2}]}')).toEqual(['{"b": 2}']);
});

test('is not led astray by quotes, brackets and backslashes in strings', () => {
  fc.assert(
    fc.property(
      fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 4 }),
      fc.jsonValue(),
      fc.string({ unit: fc.constantFrom('"', '\\', '{', '}', '[', ']', ':', ',', 'a'), maxLength: 8 }),
      (tickets, value, key) => {
        const text = JSON.stringify({
          [`x${key}`]: value,
          tickets: tickets.map((ticket) => ({ ...ticket, [key]: key })),
          y: [value],
        });
        expect(found(text).map((part): unknown => JSON.parse(part))).toEqual(JSON.parse(text).tickets);
      },
    ),
  );
});

test('follows nesting of any depth and strings of any length', () => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);
  const long = JSON.stringify('\\"'.repeat(1_000_000));
  expect(
    found(`{"deep": ${deep}, "long": ${long}, "tickets": [{"deep": ${deep}}, {"long": ${long}}]}`),
  ).toHaveLength(2);
});
