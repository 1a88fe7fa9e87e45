import { expect, test } from 'vitest';
import { LandedEntries } from '../../src/landing/landed-entries.ts';

test('the queue forgets landed entries when there are many, and goes on where it cannot', async () => {
  let asked = 0;
  const entries = new LandedEntries({
    async cleanup() {
      asked += 1;
      if (asked === 1) throw new Error('a full disk');
      return [];
    },
  });
  const land = async (count: number) => {
    for (let nth = 0; nth < count; nth += 1) await entries.add();
    return asked;
  };
  expect([await land(199), await land(1), await land(199), await land(1)]).toEqual([0, 1, 1, 2]);
});
