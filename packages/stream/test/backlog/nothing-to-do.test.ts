import { memorySource, type TicketInput } from '@sage/test-support';
import { expect, test } from 'vitest';
import { assertSelection, readBacklog, type Selection } from '../../src/backlog/backlog.ts';
import { nothingToDo } from '../../src/backlog/nothing-to-do.ts';

const said = async (tickets: readonly TicketInput[], selection: Selection = {}) =>
  nothingToDo(await readBacklog(memorySource(tickets)), selection);

const done = (id: string, component = 'api') => ({ id, component, state: 'COMPLETED' });

test('an empty index', async () => {
  expect(await said([])).toBe('tickets.json has no tickets: add some, then run sage stream again');
});

test('everything is done, or deferred', async () => {
  expect(await said([done('A-1'), done('A-2')])).toBe('nothing to do: 2 COMPLETED');
  expect(await said([done('A-1'), { id: 'A-2', state: 'DEFERRED' }])).toBe(
    'nothing to do: 1 COMPLETED, 1 DEFERRED; --retry-deferred tries deferred tickets again',
  );
});

test('what a filter leaves is done', async () => {
  const tickets = [done('A-1'), { id: 'B-1', component: 'web' }];
  expect(await said(tickets, { component: 'api' })).toBe('nothing to do in "api": 1 COMPLETED');
  expect(await said(tickets, { only: ['A-1'] })).toBe(
    'nothing to do among the tickets of --only: 1 COMPLETED',
  );
});

test('what is open waits for an epic that is deferred; an epic is no work itself', async () => {
  const tickets = [
    { id: 'E-1', state: 'DEFERRED', children: ['A-1'] },
    { id: 'A-1', parent: 'E-1' },
  ];
  expect(await said(tickets)).toBe('nothing to do: 1 blocked by a DEFERRED epic');
});

test('a filter that matches nothing names the nearest', async () => {
  const backlog = await readBacklog(memorySource([{ id: 'API-1', component: 'backend' }]));
  expect(() => assertSelection(backlog, { only: ['AIP-1'] })).toThrow(
    'tickets.json: --only: no ticket "AIP-1": did you mean "API-1"?',
  );
  expect(() => assertSelection(backlog, { component: 'bakcend' })).toThrow(
    'tickets.json: --component: no ticket is in "bakcend": did you mean "backend"?',
  );
});

test('a component and a list without a common ticket leave nothing', async () => {
  const tickets = [{ id: 'A-1', component: 'api' }, done('B-1', 'web')];
  expect(await said(tickets, { component: 'api', only: ['B-1'] })).toBe(
    'nothing to do: there is no ticket among the tickets of --only in "api"',
  );
});

test('an empty name has no nearest', async () => {
  const backlog = await readBacklog(memorySource([{ id: 'A-1' }]));
  expect(() => assertSelection(backlog, { only: [''] })).toThrow(/no ticket ""$/);
});
