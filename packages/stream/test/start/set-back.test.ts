import { memoryLog, memorySource } from '@sage/test-support';
import { expect, test } from 'vitest';
import { readBacklog } from '../../src/backlog/backlog.ts';
import { setBackTickets } from '../../src/start/set-back.ts';

const SUMMARY = { completed: 0, deferred: 1, blocked: 0, unprocessed: 0 };

async function deferred(...ids: string[]) {
  const log = memoryLog(() => new Date('2026-01-01T00:00:00Z'));
  for (const ticket of ids)
    await log.emit({ event: 'ticket.deferred', ticket, category: 'timeout', reason: 'slow', attempts: 1 });
  return log;
}

const backlog = () =>
  readBacklog(memorySource([{ id: 'A-1' }, { id: 'A-2', state: 'DEFERRED' }, { id: 'A-3' }]));

test('a ticket whose deferral was written down and that is open again was set back by a person', async () => {
  const log = await deferred('A-1', 'A-2', 'GONE');
  await log.emit({ event: 'run.finished', outcome: 'interrupted', summary: SUMMARY });
  expect([...setBackTickets(log.events, await backlog())]).toEqual(['A-1']);
});

test('one whose deferral was not written down was not', async () => {
  const killed = await deferred('A-1');
  expect([...setBackTickets(killed.events, await backlog())]).toEqual([]);
  const cut = await deferred('A-1', 'A-3');
  await cut.emit({ event: 'run.finished', outcome: 'interrupted', summary: SUMMARY, unrecorded: ['A-1'] });
  expect([...setBackTickets(cut.events, await backlog())]).toEqual(['A-3']);
});
