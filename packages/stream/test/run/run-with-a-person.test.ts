import { expect, test } from 'vitest';
import type { Decision, Ask } from '../../src/index.ts';
import { startLoop } from './loop.ts';

const chain = [{ id: 'A-1' }, { id: 'A-2', dependencies: ['A-1'] }];

test('a person who quits at a question ends the run as Ctrl-C does', async () => {
  const loop = await startLoop({
    tickets: [{ id: 'A-1' }, { id: 'A-2' }],
    workers: 1,
    ask: async (question) => (question.kind === 'start' && question.ticket.id === 'A-2' ? 'quit' : 'yes'),
  });
  expect(await loop.finish()).toMatchObject({
    outcome: 'interrupted',
    summary: { completed: 1, unprocessed: 1 },
  });
});

test('a result that a person does not accept defers the ticket and keeps the work', async () => {
  const loop = await startLoop({
    tickets: [{ id: 'A-1' }],
    ask: async ({ kind }) => (kind === 'completion' ? 'no' : 'yes'),
  });
  await loop.finish();
  expect(loop.log.state.deferred.get('A-1')).toMatchObject({ category: 'user_rejected' });
  expect(loop.workers.kept.size).toBe(1);
});

test('a result that changes what runs later is journaled, and asked about where a person wants that', async () => {
  const asked: unknown[] = [];
  const ask: Ask = async (question) => {
    asked.push([question.kind, question.kind === 'completion' && [question.ticket.id, question.whatRuns]]);
    return 'no';
  };
  const loop = await startLoop({
    tickets: [{ id: 'A-1' }, { id: 'A-2' }],
    script: ({ ticket }) => ({ changedFiles: ticket.id === 'A-1' ? ['src/x'] : ['src/x', '.envrc'] }),
    approve: { which: 'risky', ask },
  });
  await loop.finish();
  expect(asked).toEqual([['completion', ['A-2', ['.envrc']]]]);
  expect(loop.log.state.deferred.get('A-2')).toMatchObject({ category: 'user_rejected' });
  expect(loop.log.state.completed.has('A-1')).toBe(true);
  const ends = loop.log.events.filter(({ event }) => event === 'attempt.finished');
  expect(ends.map((end) => 'whatRuns' in end && end.whatRuns)).toEqual([undefined, ['.envrc']]);
});

test('while a person looks at a result its worker works for others; what is sent back waits for a worker', async () => {
  const answers = new Map<string, (answer: Decision) => void>();
  const loop = await startLoop({
    workers: 1,
    tickets: [{ id: 'A-1' }, { id: 'A-2' }, { id: 'A-3' }],
    approve: {
      which: 'all',
      ask: (question) =>
        new Promise((resolve) => {
          if (question.kind === 'completion') answers.set(question.ticket.id, resolve);
        }),
    },
  });
  await loop.clock.advance(200_000);
  expect([...answers.keys()]).toEqual(['A-1', 'A-2', 'A-3']);
  expect(loop.workers.peak).toBe(1);

  answers.get('A-2')?.({ sendBack: 'use a map' });
  answers.get('A-1')?.({ sendBack: 'use a list' });
  answers.get('A-3')?.({ defer: 'another time' });
  await loop.clock.advance(100_000);
  answers.get('A-2')?.('yes');
  await loop.clock.advance(100_000);
  answers.get('A-1')?.('yes');
  await loop.finish();
  expect(loop.workers.peak).toBe(1);
  expect([...loop.log.state.completed.keys()]).toEqual(['A-2', 'A-1']);
  expect(loop.log.state.deferred.get('A-3')).toMatchObject({ reason: 'another time' });
  const reviews = loop.log.events.filter(({ event }) => event === 'attempt.reviewed');
  expect(reviews).toMatchObject([
    { ticket: 'A-2', verdict: 'sent-back', comment: 'use a map' },
    { ticket: 'A-1', verdict: 'sent-back', comment: 'use a list' },
    { ticket: 'A-3', verdict: 'deferred' },
    { ticket: 'A-2', verdict: 'accepted' },
    { ticket: 'A-1', verdict: 'accepted' },
  ]);
});

test('a run that is stopped while a person looks at a result keeps the work, and ends', async () => {
  const loop = await startLoop({
    tickets: [{ id: 'A-1' }],
    approve: { which: 'all', ask: () => new Promise(() => {}) },
  });
  await loop.clock.advance(100_000);
  loop.stop();
  expect(await loop.finish()).toMatchObject({ outcome: 'interrupted', summary: { unprocessed: 1 } });
  expect([...loop.workers.kept.values()]).toEqual(['work:A-1:1']);
});

test('a person chooses what starts of those that could start beside each other, and nothing waits for the answer', async () => {
  const batches: string[][] = [];
  const loop = await startLoop({
    workers: 2,
    tickets: [{ id: 'A-1' }, { id: 'A-2' }, { id: 'A-3' }, { id: 'A-4', dependencies: ['A-1'] }],
    startApproval: {
      async ask(question) {
        if (question.kind !== 'batch') return 'no';
        batches.push(question.tickets.map(({ id }) => id));
        return batches.length === 1 ? { only: ['A-1'] } : 'yes';
      },
    },
  });
  expect(await loop.finish()).toMatchObject({
    outcome: 'finished',
    summary: { completed: 3, unprocessed: 1 },
  });
  expect(batches).toEqual([['A-1', 'A-2'], ['A-3'], ['A-4']]);

  const quits = await startLoop({ tickets: [{ id: 'A-1' }], startApproval: { ask: async () => 'quit' } });
  expect(await quits.finish()).toMatchObject({ outcome: 'interrupted', summary: { unprocessed: 1 } });
});

test('an agent that a person stops has failed, and is tried again', async () => {
  const loop = await startLoop({ tickets: [{ id: 'A-1' }] });
  await loop.clock.advance(10_000);
  await loop.log.emit({ event: 'ticket.requested', request: 'r', ticket: 'A-1', action: 'stop' });
  expect(await loop.finish()).toMatchObject({ summary: { completed: 1 } });
  const ends = loop.log.events.filter(({ event }) => event === 'attempt.finished');
  expect(ends).toMatchObject([
    { outcome: 'failed', category: 'user_rejected', reason: 'you stopped the agent', seconds: 10 },
    { outcome: 'completed' },
  ]);
});

test('a ticket that a person skips is left for another run, whether it works or waits; what waits for it is not deferred', async () => {
  const loop = await startLoop({
    workers: 1,
    tickets: [{ id: 'A-1' }, { id: 'A-2' }, { id: 'A-3', dependencies: ['A-2'] }, { id: 'A-4' }],
  });
  await loop.clock.advance(10_000);
  // A-2, which another one waits for, works first.
  for (const ticket of ['A-1', 'A-2', 'A-2'])
    await loop.log.emit({ event: 'ticket.requested', request: 'r', ticket, action: 'skip' });
  expect(await loop.finish()).toMatchObject({
    outcome: 'finished',
    summary: { completed: 1, deferred: 0, blocked: 0, unprocessed: 3 },
  });
  expect([...loop.log.state.completed.keys()]).toEqual(['A-4']);
  expect([...loop.workers.kept.values()]).toEqual(['work:A-2:1']);
});

test('a ticket whose work waits to land lands, though a person skips it', async () => {
  const loop = await startLoop({ tickets: [{ id: 'A-1' }] });
  loop.log.subscribe((event) => {
    if (event.event === 'queue.enqueued')
      void loop.log.emit({ event: 'ticket.requested', request: 'r', ticket: 'A-1', action: 'skip' });
  });
  expect(await loop.finish()).toMatchObject({ outcome: 'finished', summary: { completed: 1 } });
});

test('a person is asked about a component at a time; what its batch does not name is left alone', async () => {
  const asked: unknown[] = [];
  const loop = await startLoop({
    workers: 2,
    tickets: [
      { id: 'A-1' },
      { id: 'A-2', state: 'COMPLETED' },
      { id: 'A-3' },
      { id: 'B-1', dependencies: ['A-1'] },
      { id: 'B-2' },
    ],
    startApproval: {
      components: new Map([
        ['A', ['A-1', 'A-2', 'A-3']],
        ['B', ['B-1']],
      ]),
      async ask(question) {
        if (question.kind === 'batch') asked.push([question.component, question.tickets.map(({ id }) => id)]);
        return 'yes';
      },
    },
  });
  expect(await loop.finish()).toMatchObject({ outcome: 'finished' });
  expect(asked).toEqual([
    ['A', ['A-1', 'A-3']],
    ['B', ['B-1']],
  ]);
  expect([...loop.log.state.completed.keys()].toSorted()).toEqual(['A-1', 'A-3', 'B-1']);
});

test('what a person says of the tickets is in the prompt of their first attempts', async () => {
  const loop = await startLoop({
    tickets: [{ id: 'A-1' }],
    comment: 'use a map',
    script: ({ attempt }) => (attempt === 1 ? { outcome: 'failed', reason: 'no' } : {}),
  });
  await loop.finish();
  expect(loop.workers.requests.map(({ previous }) => previous?.kind)).toEqual(['comment', 'failure']);
  expect(loop.workers.requests[0]?.previous).toEqual({ kind: 'comment', text: 'use a map', here: false });
});

test('a ticket that a person skips stays as it is, and blocks nobody in the report', async () => {
  const loop = await startLoop({
    tickets: chain,
    ask: async ({ kind }) => (kind === 'start' ? 'no' : 'yes'),
  });
  expect((await loop.finish()).summary).toEqual({ completed: 0, deferred: 0, blocked: 0, unprocessed: 2 });
});
