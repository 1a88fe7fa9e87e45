import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RecentPlaces } from '../src/recent-places.ts';

test('finds the 16 different ids that were remembered last, and no other', () => {
  const id = fc.oneof(
    fc.constantFrom('', 'a', 'b', 'xa', 'ya', 'T-1', 'T-11', 'U-11'),
    fc.nat(60).map((nth) => `T-${nth}`),
  );
  fc.assert(
    fc.property(fc.uniqueArray(id, { maxLength: 40 }), (ids) => {
      const recent = new RecentPlaces();
      ids.forEach((one, place) => recent.remember(one, place));
      ids.forEach((one, place) => {
        expect(recent.placeOf(one)).toBe(place < ids.length - 16 ? -1 : place);
      });
      expect(recent.placeOf('unknown')).toBe(-1);
    }),
  );
});

test('an id that is asked for again at once is remembered once', () => {
  const recent = new RecentPlaces();
  recent.remember('other', 7);
  for (let count = 0; count < 20; count++) recent.remember('same', 8);
  expect(recent.placeOf('other')).toBe(7);
});
