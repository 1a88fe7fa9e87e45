import fc from 'fast-check';
import { expect, test } from 'vitest';
import { indexIds } from '../src/id-index.ts';

test('indexIds: agrees with a Map, repeated ids and ids from a small alphabet included', () => {
  const id = fc.oneof(
    fc.string({ maxLength: 2, unit: fc.constantFrom('a', 'b', '\x00', '\uD800') }),
    fc.constantFrom('__proto__', 'constructor', ''),
  );
  fc.assert(
    fc.property(fc.array(id, { maxLength: 40 }), fc.array(id), (ids, asked) => {
      const { indexOf, indexesOf, repeated } = indexIds(ids);
      const map = new Map([...ids.entries()].toReversed().map(([at, own]) => [own, at]));
      for (const one of [...ids, ...asked]) expect(indexOf(one)).toBe(map.get(one) ?? -1);
      const lists = [asked, [], ids];
      expect([...indexesOf(lists, lists.flat().length)]).toEqual(lists.flat().map(indexOf));
      expect(repeated).toEqual(new Set(ids.filter((own, at) => ids.indexOf(own) < at)));
    }),
    { numRuns: 500 },
  );
});

test('indexIds: finds every one of 200,000 ids, and none that is not there', () => {
  const ids = Array.from({ length: 200_000 }, (_, nth) => `T-${nth}`);
  const { indexOf, indexesOf, repeated } = indexIds(ids);
  expect(indexesOf([ids], ids.length).every((found, at) => found === at)).toBe(true);
  expect(ids.every((id, at) => indexOf(id) === at)).toBe(true);
  expect(ids.some((id) => indexOf(`${id}x`) !== -1)).toBe(false);
  expect(repeated.size).toBe(0);
});
