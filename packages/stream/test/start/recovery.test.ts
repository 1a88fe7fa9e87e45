import { openRepository } from '@sage/git';
import { memoryLog, memorySource } from '@sage/test-support';
import { repository } from '@sage/test-support/repository';
import { expect, test } from 'vitest';
import { readBacklog } from '../../src/backlog/backlog.ts';
import { LiveBacklog } from '../../src/backlog/live-backlog.ts';
import { TicketStates } from '../../src/backlog/ticket-states.ts';
import { targetBranch } from '../../src/start/target-branch.ts';
import { reconcile, recoverWorkers, unsettledEntries, withdrawEdited } from '../../src/start/recovery.ts';

const NOW = () => new Date('2026-01-01T00:00:00Z');

async function begun(ids: readonly string[], base = 'b', target = 'refs/heads/main') {
  const log = memoryLog(NOW);
  await log.emit({
    event: 'run.started',
    target,
    base,
    workers: 1,
    agent: 'a',
    tickets: ids,
    resumed: false,
  });
  return log;
}

test('what a killed run left is ended and kept, with one notice for each', async () => {
  const log = await begun(['A-1', 'GONE']);
  for (const ticket of ['A-1', 'GONE'])
    await log.emit({ event: 'attempt.started', ticket, title: '', worker: 1, attempt: 1, base: 'b0' });
  const asked: unknown[] = [];
  const workers = {
    async recover(run: string, cutOff: readonly unknown[]) {
      asked.push(run, ...cutOff);
      return { ended: 1, kept: ['refs/sage/interrupted/A-1'] };
    },
  };
  const backlog = await readBacklog(memorySource([{ id: 'A-1', title: 'Do it', type: 'bugfix' }]));
  const run = { run: 'r1', events: log.events, state: log.state, damaged: [] };
  expect(await recoverWorkers([run], workers, backlog)).toEqual([
    'ended 1 process that run r1 had left',
    'kept unfinished work of run r1 as refs/sage/interrupted/A-1',
  ]);
  expect(asked).toEqual([
    'r1',
    { ticket: 'A-1', base: 'b0', message: 'fix(A): Do it' },
    { ticket: 'GONE', base: 'b0', message: 'wip: "GONE"' },
  ]);
});

test('a ticket of the run that has landed stays COMPLETED, and the user who has edited that is told', async () => {
  const { root, git } = repository();
  const source = memorySource([{ id: 'A-1' }, { id: 'A-2' }], { tracked: false });
  const log = await begun(['A-1', 'A-2'], git('rev-parse', 'HEAD'));
  await log.emit({ event: 'ticket.completed', ticket: 'A-1', commit: git('rev-parse', 'HEAD') });
  const backlog = new LiveBacklog(await readBacklog(source), new Set());
  const states = new TicketStates({ source, backlog, done: () => new Set(), now: NOW });
  const opened = await openRepository(root);
  const target = targetBranch(opened, 'refs/heads/main');
  expect(await reconcile(opened, { log, states, backlog, target })).toEqual([
    'A-1 has landed in this run and is COMPLETED, though the index said UNPROCESSED; to work on it again, edit it when the run is over',
  ]);
  expect(source.states()).toEqual({ 'A-1': 'COMPLETED', 'A-2': 'UNPROCESSED' });
});

test('the journal learns of landings that only git knows, and the source of states that only the journal knows', async () => {
  const { root, git, commit } = repository();
  const base = git('rev-parse', 'HEAD');
  const landed = commit({ 'a.txt': 'a' }, 'a\n\nSage-Ticket: A-1');
  commit({ 'x.txt': 'x' }, 'x\n\nSage-Ticket: STRANGER');
  const source = memorySource(
    [{ id: 'E-1', children: ['A-1'] }, { id: 'A-1', parent: 'E-1' }, { id: 'A-2' }, { id: 'A-3' }],
    { tracked: false },
  );
  const log = await begun(['E-1', 'A-1', 'A-2', 'A-3'], base);
  await log.emit({
    event: 'ticket.deferred',
    ticket: 'A-2',
    category: 'timeout',
    reason: 'slow',
    attempts: 2,
  });
  const read = await readBacklog(source);
  const backlog = new LiveBacklog(read, new Set());
  const states = new TicketStates({ source, backlog, done: () => new Set(), now: NOW });
  const opened = await openRepository(root);
  const target = targetBranch(opened, 'refs/heads/main');
  expect(await reconcile(opened, { log, states, backlog, target })).toEqual([]);
  expect([...log.state.completed]).toEqual([
    ['A-1', landed],
    ['E-1', landed],
  ]);
  expect(source.states()).toEqual({
    'E-1': 'COMPLETED',
    'A-1': 'COMPLETED',
    'A-2': 'DEFERRED',
    'A-3': 'UNPROCESSED',
  });
});

test('entries whose end the journal lacks are found', async () => {
  const log = await begun(['A-1', 'A-2', 'A-3']);
  await log.emit({ event: 'ticket.completed', ticket: 'A-2', commit: 'c' });
  await log.emit({ event: 'landing.rejected', ticket: 'A-3', entry: 'e3', reason: '', output: '' });
  const entry = (id: string, ticket: string, more = {}) =>
    ({ id, ticket, target: 'refs/heads/main', state: 'queued', ...more }) as never;
  const entries = [
    entry('e1', 'A-1'),
    entry('e2', 'A-2'),
    entry('e3', 'A-3', { state: 'rejected' }),
    entry('e4', 'A-1', { target: 'refs/heads/other' }),
    entry('e5', 'STRANGER'),
    entry('e6', 'A-1', { state: 'dropped' }),
    entry('e7', 'A-1', { state: 'conflicted' }),
  ];
  expect(unsettledEntries(entries, log.state).map(({ id }) => id)).toEqual(['e1', 'e7']);
});

test('tickets that left the backlog between two processes of a run leave the run', async () => {
  const log = await begun(['A-1', 'A-2', 'A-3']);
  await log.emit({ event: 'ticket.completed', ticket: 'A-3', commit: 'c' });
  await withdrawEdited(log, new Set(['A-1']));
  expect([...log.state.tickets]).toEqual(['A-1', 'A-3']);
  const events = log.events.length;
  await withdrawEdited(log, new Set(['A-1']));
  expect(log.events).toHaveLength(events);
});

test('a killed run that left nothing needs no notice', async () => {
  const log = await begun(['A-1']);
  const workers = { recover: async () => ({ ended: 0, kept: [] }) };
  const backlog = await readBacklog(memorySource([{ id: 'A-1' }]));
  expect(
    await recoverWorkers([{ run: 'r', events: [], state: log.state, damaged: [] }], workers, backlog),
  ).toEqual([]);
});
