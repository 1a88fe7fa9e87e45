import { expect, test } from 'vitest';
import { linesOf } from '../../src/formats/lines.ts';
import { yamlFields } from '../../src/formats/yaml-fields.ts';
import { thrownBy } from '../thrown.ts';

const valuesOf = (text: string) =>
  Object.fromEntries([...yamlFields(linesOf(text), 'a.yml')].map(([key, { value }]) => [key, value]));

test('yamlFields: texts in each form that tools write', () => {
  expect(
    valuesOf(`plain: To Do # a comment
colon: 'Core: it''s #1'  # a comment
double: "a \\"b\\" \\u0041"
folded: >-
  two
  lines
kept: |
  two
  lines
long: 'a title that goes
  on #2'
none:
nil: null
tilde: ~
hash: a#b`),
  ).toEqual({
    plain: 'To Do',
    colon: "Core: it's #1",
    double: 'a "b" A',
    folded: 'two lines',
    kept: 'two\nlines',
    long: 'a title that goes on #2',
    none: [],
    nil: undefined,
    tilde: undefined,
    hash: 'a#b',
  });
});

test('yamlFields: lists in each form that tools write', () => {
  expect(
    valuesOf(`flow: ["To Do", 'In, Progress', Done] # a comment
empty: []
wrapped: [a,
  b]
block:
  - a # a comment
  - 'b: c'
flush:
- d
mapping:
  a: b
other: {a: b}
broken: 'a`),
  ).toEqual({
    flow: ['To Do', 'In, Progress', 'Done'],
    empty: [],
    wrapped: ['a', 'b'],
    block: ['a', 'b: c'],
    flush: ['d'],
    mapping: undefined,
    other: undefined,
    broken: undefined,
  });
});

test('yamlFields: a key that is there twice is refused', () => {
  expect(thrownBy(() => valuesOf('a: 1\nb: 2\na: 3')).message).toBe(
    'a.yml:3:1: the key "a" twice, first on line 1: keep one of the two',
  );
});
