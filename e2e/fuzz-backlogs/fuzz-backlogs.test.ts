import { expect, test } from 'vitest';
import { fuzzBacklogs } from './campaign.ts';
import { SEEDS } from './seeds.ts';
import { examine } from './examine.ts';
import { BACKLOG_FORMATS } from '@sage/tickets';

test.each(BACKLOG_FORMATS)('$name: the backlog that is mutated can be read and written itself', (format) => {
  const texts = new Map(Object.entries(SEEDS[format.name]));
  for (const unit of format.units) expect(examine(format, texts, { unit })).toBe('read');
});

test('mutated backlogs of other tools are read and written as promised, or refused with a place', () => {
  const { read, refused, found } = fuzzBacklogs(2000, 7);
  expect(found).toEqual([]);
  expect(Math.min(read, refused)).toBeGreaterThan(300);
});
