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

test('what the agent says of its work is the body, filled to 72 columns; a list stays one', () => {
  const said = `Serves the menu from a cache, so that it is there in a moment, and
forgets it when it changes.

- adds cache.ts
- tests it [skip ci]\u0007

skip-checks: true`;
  expect(commitMessage(ticket({ title: 'Serve' }), said)).toBe(`feat(API): Serve

Serves the menu from a cache, so that it is there in a moment, and
forgets it when it changes.

- adds cache.ts
- tests it

true`);
  expect(commitMessage(ticket({ title: 'Serve' }), ' \n\n ')).toBe('feat(API): Serve');
});

test('a body keeps its words, in lines of at most 72 columns unless a word is longer', () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,80}$/), { minLength: 1 });
  fc.assert(
    fc.property(words, (said) => {
      const body = commitMessage(ticket({}), said.join(' ')).split('\n').slice(2);
      expect(body.join(' ').split(' ')).toEqual(said);
      expect(body.every((line) => line.length <= 72 || !line.includes(' '))).toBe(true);
    }),
  );
});
