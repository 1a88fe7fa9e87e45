import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readNeededFields, TICKET_STATES } from '../src/needed-fields.ts';

const odd = fc.oneof(fc.string(), fc.integer(), fc.constantFrom(null, undefined, true), fc.object());
const ids = fc.oneof(fc.array(fc.string()), fc.array(odd), odd);

test('a ticket is sound exactly where its five fields are what they should be', () => {
  const tickets = fc.record(
    {
      id: fc.oneof(fc.string(), odd),
      state: fc.oneof(fc.constantFrom(...TICKET_STATES), odd),
      dependencies: ids,
      parent: odd,
      children: ids,
    },
    { requiredKeys: [] },
  );
  const isList = (value: unknown): boolean =>
    (value ?? undefined) === undefined ||
    (Array.isArray(value) && value.every((one) => typeof one === 'string'));
  fc.assert(
    fc.property(tickets, (ticket) => {
      const read = readNeededFields(ticket);
      const wrong = [
        typeof ticket.id !== 'string' && 'id',
        !TICKET_STATES.includes(ticket.state as never) && 'state',
        !isList(ticket.dependencies) && 'dependencies',
        !['string', 'undefined'].includes(typeof (ticket.parent ?? undefined)) && 'parent',
        !isList(ticket.children) && 'children',
      ].filter((name) => name !== false);
      const found = 'issues' in read ? [...new Set(read.issues.map(({ path }) => path[0]))] : [];
      expect(found).toEqual(wrong);
    }),
  );
});
