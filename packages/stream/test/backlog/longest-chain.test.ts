import { backlog, type TicketInput } from '@sage/test-support';
import { parseTicketIndex } from '@sage/tickets';
import { expect, test } from 'vitest';
import { longestChain } from '../../src/backlog/longest-chain.ts';

const chain = (tickets: readonly TicketInput[]) =>
  longestChain(parseTicketIndex(backlog(tickets), 'index.json').tickets);

test('the longest chain goes by estimates, without what is done', () => {
  expect(
    chain([
      { id: 'DONE', state: 'COMPLETED', estimated_minutes: 900 },
      { id: 'A', dependencies: ['DONE'], estimated_minutes: 5 },
      { id: 'B', dependencies: ['A'], estimated_minutes: 5 },
      { id: 'C', estimated_minutes: 60 },
      { id: 'D', dependencies: ['C'], estimated_minutes: 1 },
    ]),
  ).toEqual(['C', 'D']);
});

test('there is none if no plan can be made', () => {
  expect(chain([{ id: 'A', dependencies: ['GONE'] }])).toEqual([]);
  expect(
    chain([
      { id: 'A', dependencies: ['B'] },
      { id: 'B', dependencies: ['A'] },
    ]),
  ).toEqual([]);
});
