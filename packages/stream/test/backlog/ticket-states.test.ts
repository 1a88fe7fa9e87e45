import type { SettledEntry } from '@sage/commit-queue';
import { memorySource, type TicketInput } from '@sage/test-support';
import { TicketIndexError } from '@sage/tickets';
import { expect, test } from 'vitest';
import { readBacklog } from '../../src/backlog/backlog.ts';
import { LiveBacklog } from '../../src/backlog/live-backlog.ts';
import { TicketStates } from '../../src/backlog/ticket-states.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const deferral = {
  category: 'no_changes',
  reason: 'nothing to do',
  attempts: 1,
  at: NOW.toISOString(),
} as const;

async function open(tickets: readonly TicketInput[], tracked = true, done: readonly string[] = []) {
  const source = memorySource(tickets, { tracked });
  const backlog = new LiveBacklog(await readBacklog(source), new Set());
  const states = new TicketStates({ source, backlog, done: () => new Set(done), now: () => NOW });
  const landed: string[] = [];
  const queue = {
    async landManagedFiles({
      message,
      files,
    }: {
      message: string;
      files: readonly { edit(text: string): string }[];
    }) {
      const before = source.text;
      for (const file of files) source.text = file.edit(source.text);
      if (source.text === before) return undefined;
      landed.push(message);
      return 'commit';
    },
  };
  /** Lands an entry as the queue does: its files are edited only where the target tracks them. */
  const land = async (ticket: string) => {
    const entry = {
      id: ticket,
      ticket,
      state: 'landed',
      landed: `c-${ticket}`,
      updatedAt: NOW.toISOString(),
    };
    const files = states.managedFiles(entry as SettledEntry, []);
    if (tracked) for (const file of files) source.text = file.edit(source.text);
    return states.landed({ ...(entry as SettledEntry), managedFiles: files });
  };
  /** As live edits do. */
  const readAgain = async () => backlog.replace({ backlog: await readBacklog(source), selection: new Set() });
  return { source, states, queue, land, landed, readAgain };
}

test('a landing carries the state of its ticket, and of the epic that is complete with it', async () => {
  const { source, land } = await open(
    [
      { id: 'E-1', children: ['A-1', 'A-2'] },
      { id: 'A-1', parent: 'E-1', state: 'COMPLETED' },
      { id: 'A-2', parent: 'E-1' },
    ],
    true,
    ['A-1'],
  );
  expect(await land('A-2')).toEqual(['A-2', 'E-1']);
  expect(source.states()).toMatchObject({ 'A-2': 'COMPLETED', 'E-1': 'COMPLETED' });
});

test('an epic counts as complete with entries that would land before this one', async () => {
  const { states } = await open([{ id: 'E-1', children: ['A-1', 'A-2'] }, { id: 'A-1' }, { id: 'A-2' }]);
  const entry = (ticket: string) => ({ id: ticket, ticket }) as SettledEntry;
  const [file] = states.managedFiles(entry('A-2'), [entry('A-1')]);
  expect(file).toMatchObject({ completed: ['A-2', 'E-1'] });
});

test('a deferral joins the next landing, once', async () => {
  const { source, states, queue, land, landed } = await open([{ id: 'A-1' }, { id: 'A-2' }, { id: 'A-3' }]);
  await states.recordDeferred('A-1', deferral);
  expect(source.states()['A-1']).toBe('UNPROCESSED');
  await land('A-2');
  expect(source.states()).toMatchObject({ 'A-1': 'DEFERRED', 'A-2': 'COMPLETED' });
  // Somebody wants it after all: later landings leave it alone.
  source.text = source.text.replace('"DEFERRED"', '"UNPROCESSED"');
  await land('A-3');
  await states.flush(queue, 'refs/heads/work');
  expect(source.states()['A-1']).toBe('UNPROCESSED');
  expect(landed).toEqual([]);
});

test('a deferral that came while a landing was made is not lost with it', async () => {
  const { source, states, queue, landed } = await open([{ id: 'A-1' }, { id: 'A-2' }]);
  const entry = {
    id: 'e',
    ticket: 'A-2',
    state: 'landed',
    landed: 'c',
    updatedAt: '',
  } as unknown as SettledEntry;
  const files = states.managedFiles(entry, []);
  await states.recordDeferred('A-1', deferral);
  for (const file of files) source.text = file.edit(source.text);
  await states.landed({ ...entry, managedFiles: files });
  await states.flush(queue, 'refs/heads/work');
  expect(landed).toEqual(['chore(tickets): record the state of "A-1"']);
  expect(source.states()).toEqual({ 'A-1': 'DEFERRED', 'A-2': 'COMPLETED' });
});

test('states that no landing has taken are committed at the end, with one message for many', async () => {
  const { states, queue, landed } = await open([{ id: 'A-1' }, { id: 'A-2' }]);
  await states.recordDeferred('A-1', deferral);
  await states.recordCompleted('A-2');
  await states.flush(queue, 'refs/heads/work');
  await states.flush(queue, 'refs/heads/work');
  expect(landed).toEqual(['chore(tickets): record the state of 2 tickets']);
});

test('where the source is not tracked every state is written to it at once', async () => {
  const { source, states, land } = await open([{ id: 'A-1' }, { id: 'A-2' }], false);
  expect(await land('A-1')).toEqual(['A-1']);
  await states.recordDeferred('A-2', deferral);
  expect(source.states()).toEqual({ 'A-1': 'COMPLETED', 'A-2': 'DEFERRED' });
});

test('a source that is broken while somebody edits it gets its states later', async () => {
  const { source, states, queue, land } = await open([{ id: 'A-1' }, { id: 'A-2' }], false);
  const sound = source.text;
  source.text = '{ broken';
  await land('A-1');
  await expect(states.flush(queue, 'refs/heads/work')).rejects.toThrow(TicketIndexError);
  source.text = sound;
  await land('A-2');
  expect(source.states()).toEqual({ 'A-1': 'COMPLETED', 'A-2': 'COMPLETED' });
});

test('a ticket that keeps its commits gets the id of its landing with the next commit', async () => {
  const { source, states, queue, land } = await open([{ id: 'A-1', git: { commits: [] } }, { id: 'A-2' }]);
  await land('A-1');
  expect(source.text).not.toContain('c-A-1');
  await states.flush(queue, 'refs/heads/work');
  expect(source.text).toContain('c-A-1');
});

test('an entry that recovery found landed completes its ticket, and writes nothing', async () => {
  const { source, states } = await open([{ id: 'A-1' }], false);
  const before = source.text;
  const entry = {
    id: 'e',
    ticket: 'A-1',
    state: 'landed',
    landed: 'c',
    managedFiles: [],
  } as unknown as SettledEntry;
  expect(await states.landed(entry)).toEqual(['A-1']);
  expect(source.text).toBe(before);
});

test('completed states that an edit has put back are written again', async () => {
  const { source, states } = await open([{ id: 'A-1' }, { id: 'A-2' }]);
  await states.restoreCompleted(['A-1']);
  expect(source.states()).toEqual({ 'A-1': 'COMPLETED', 'A-2': 'UNPROCESSED' });
});

test.each([true, false])(
  'a deferral that was read again meanwhile is taken back (tracked: %s)',
  async (tracked) => {
    const { source, states, queue, land, readAgain } = await open([{ id: 'A-1' }, { id: 'A-2' }], tracked);
    await states.recordDeferred('A-1', deferral);
    await land('A-2');
    await readAgain();
    expect(source.states()).toMatchObject({ 'A-1': 'DEFERRED' });
    await states.takeBackDeferral('A-1');
    await states.flush(queue, 'main');
    expect(source.states()).toEqual({ 'A-1': 'UNPROCESSED', 'A-2': 'COMPLETED' });
  },
);

test('a deferral is taken back that a landing carries which is being made', async () => {
  const { source, states, queue } = await open([{ id: 'A-1' }, { id: 'A-2' }]);
  await states.recordDeferred('A-1', deferral);
  const entry = { id: 'A-2', ticket: 'A-2', state: 'landed', landed: 'c', updatedAt: NOW.toISOString() };
  const files = states.managedFiles(entry as SettledEntry, []);
  await states.takeBackDeferral('A-1');
  for (const file of files) source.text = file.edit(source.text);
  await states.landed({ ...(entry as SettledEntry), managedFiles: files });
  expect(source.states()).toMatchObject({ 'A-1': 'DEFERRED' });
  await states.flush(queue, 'main');
  expect(source.states()).toEqual({ 'A-1': 'UNPROCESSED', 'A-2': 'COMPLETED' });
});

test('a deferral that nothing carries is taken back without a trace', async () => {
  const { source, states, queue, landed } = await open([{ id: 'A-1' }]);
  const before = source.text;
  await states.recordDeferred('A-1', deferral);
  await states.takeBackDeferral('A-1');
  await states.flush(queue, 'main');
  expect([source.text, landed]).toEqual([before, []]);
});
