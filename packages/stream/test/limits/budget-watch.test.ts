import { expect, test } from 'vitest';
import type { BudgetLimits } from '../../src/context/run-context.ts';
import { BudgetWatch } from '../../src/limits/budget-watch.ts';
import { RunFold } from '@sage/journal';

function watching(limits: BudgetLimits) {
  const { state } = new RunFold();
  const ended: string[] = [];
  const watch = new BudgetWatch(limits, () => ({
    ...state,
    usage: { ...state.usage, costUsd: 1, tokens: 100 },
    spent: new Map([['OLD', { costUsd: 1, tokens: 100 }]]),
  }));
  for (const ticket of ['OLD', 'NEW']) watch.started(ticket, () => ended.push(ticket));
  return { watch, ended };
}

test('a ticket is cut off when all its attempts together go over its limit', () => {
  const { watch, ended } = watching({ maxTicketTokens: 150, maxTicketCost: 2 });
  watch.reported('NEW', { tokens: 150 });
  watch.reported('OLD', { tokens: 50 });
  expect(ended).toEqual([]);
  watch.reported('OLD', { tokens: 51 });
  watch.reported('OLD', { tokens: 90 });
  expect(ended).toEqual(['OLD']);
  expect(watch.ended('OLD')).toEqual({
    of: 'ticket',
    reason: 'the ticket has used 151 tokens of the 150 it may',
  });
  watch.reported('NEW', { costUsd: 2.5 });
  expect(watch.ended('NEW')).toEqual({ of: 'ticket', reason: 'the ticket has used $2.50 of the $2 it may' });
});

test('all are cut off when the run goes over its limit', () => {
  const { watch, ended } = watching({ maxCost: 3 });
  watch.reported('NEW', { costUsd: 1 });
  watch.reported('OLD', { costUsd: 1 });
  expect(ended).toEqual([]);
  watch.reported('NEW', { costUsd: 1.2 });
  expect(ended.toSorted()).toEqual(['NEW', 'OLD']);
  expect(watch.ended('OLD')).toEqual({ of: 'run', reason: 'the run has used $3.20 of the $3 it may' });
});

test('what nobody limits is not cut off, nor an attempt that is over', () => {
  const { watch, ended } = watching({ maxTicketTokens: 10 });
  watch.ended('NEW');
  watch.reported('NEW', { tokens: 1e9 });
  expect(ended).toEqual([]);
  const free = watching({});
  free.watch.reported('NEW', { tokens: 1e9, costUsd: 1e9 });
  expect(free.watch.ended('NEW')).toBeUndefined();
});

test('a new attempt of a ticket begins without the cut of the one before', () => {
  const { watch } = watching({ maxTicketCost: 2 });
  watch.reported('NEW', { costUsd: 2.5 });
  expect(watch.ended('NEW')).toBeDefined();
  watch.started('NEW', () => {});
  expect(watch.ended('NEW')).toBeUndefined();
});
