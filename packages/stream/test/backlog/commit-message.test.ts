import { parseTicketIndex } from '@sage/tickets';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commitMessage } from '../../src/index.ts';

const ticket = (fields: object) => {
  const [one] = parseTicketIndex(
    JSON.stringify({ tickets: [{ id: 'API-1', state: 'UNPROCESSED', ...fields }] }),
    'index.json',
  ).tickets;
  if (!one) throw new Error('no ticket');
  return one;
};

test.each([
  [{ title: 'Serve', type: 'Feature', component: 'api' }, 'feat(api): Serve'],
  [{ title: 'Mend', type: 'bugfix', component: 'web ui' }, 'fix(web-ui): Mend'],
  [{ title: 'Tell', type: 'documentation' }, 'docs(API): Tell'],
  [{}, 'feat(API): API-1'],
  [{ title: 'a\n\nSage-Ticket: other' }, 'feat(API): a Sage-Ticket: other'],
])('%j', (fields, expected) => {
  expect(commitMessage(ticket(fields))).toBe(expected);
});

test('a message is one line, whatever the ticket says', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (title, component) => {
      expect(commitMessage(ticket({ title, component }))).toMatch(/^feat(\(\S+\))?: \S[^\n\r\0]*$/u);
    }),
  );
});
