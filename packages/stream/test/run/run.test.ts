import { expect, test } from 'vitest';
import type { Answer, Ask } from '../../src/index.ts';
import { startLoop, story } from './loop.ts';

const chain = [{ id: 'A-1' }, { id: 'A-2', dependencies: ['A-1'] }];

test('a ticket goes from its start to its landing, and its dependent after it', async () => {
  const loop = await startLoop({ tickets: chain });
  expect(await loop.finish()).toEqual({
    outcome: 'finished',
    summary: { completed: 2, deferred: 0, blocked: 0, unprocessed: 0 },
  });
  expect(story(loop.log)).toEqual([
    'run.started',
    'attempt.started A-1',
    'attempt.finished A-1 completed',
    'queue.enqueued A-1',
    'landing.landed A-1',
    'ticket.completed A-1',
    'attempt.started A-2',
    'attempt.finished A-2 completed',
    'queue.enqueued A-2',
    'landing.landed A-2',
    'ticket.completed A-2',
    'run.finished',
  ]);
  expect(loop.source.states()).toEqual({ 'A-1': 'COMPLETED', 'A-2': 'COMPLETED' });
  // Nothing waits for time any more: the process can end.
  expect(loop.clock.nextTimer()).toBeUndefined();
  expect(loop.workers.requests[1]).toMatchObject({
    base: loop.queue.commits[1],
    dependencies: [{ id: 'A-1', title: 'A-1' }],
  });
});

test('the journal names the log of an attempt from its start', async () => {
  const loop = await startLoop({ tickets: [{ id: 'A-1' }] });
  await loop.clock.settle();
  expect(loop.log.events.at(-1)).toMatchObject({
    event: 'attempt.started',
    log: 'run-1/A-1/1/output.log',
  });
  await loop.finish();
});

test('at most as many agents run as there are workers, and a free worker starts at once', async () => {
  const tickets = ['A-1', 'A-2', 'A-3', 'A-4', 'A-5'].map((id) => ({ id }));
  const loop = await startLoop({
    tickets,
    workers: 2,
    script: ({ ticket }) => ({ seconds: ticket.id === 'A-1' ? 100 : 10 }),
  });
  await loop.clock.advance(35_000);
  expect([...loop.workers.running]).toEqual(['A-1', 'A-5']);
  await loop.finish();
  expect(loop.workers.peak).toBe(2);
});

test('a worker takes its next ticket before the work of the last one has landed', async () => {
  const loop = await startLoop({
    tickets: [{ id: 'A-1' }, { id: 'A-2' }],
    workers: 1,
    verdict: () => ({ seconds: 1_000 }),
  });
  await loop.clock.advance(60_000);
  expect(story(loop.log)).toContain('attempt.started A-2');
  expect(story(loop.log)).not.toContain('ticket.completed A-1');
  await loop.finish();
});

test('Ctrl-C stops the agents, keeps their work, lands what is finished, and counts no attempt', async () => {
  const loop = await startLoop({
    tickets: [{ id: 'A-1' }, { id: 'A-2' }, { id: 'A-3' }],
    script: ({ ticket }) => ({ seconds: ticket.id === 'A-1' ? 10 : 100 }),
    verdict: () => ({ seconds: 20 }),
  });
  await loop.clock.advance(15_000);
  loop.stop();
  expect(await loop.finish()).toMatchObject({
    outcome: 'interrupted',
    summary: { completed: 1, deferred: 0, blocked: 0, unprocessed: 2 },
  });
  expect(loop.log.state.attempts.get('A-2')).toBeUndefined();
  expect(loop.workers.kept.get('refs/sage/interrupted/A-2')).toBe('work:A-2:1');
  expect(loop.source.states()).toMatchObject({ 'A-1': 'COMPLETED', 'A-2': 'UNPROCESSED' });
});

test('ending now lets the landing under way finish, and leaves other finished work in the queue', async () => {
  const loop = await startLoop({
    tickets: [{ id: 'A-1' }, { id: 'A-2' }],
    script: ({ ticket }) => ({ seconds: ticket.id === 'A-1' ? 10 : 15 }),
    verdict: () => ({ seconds: 20 }),
  });
  await loop.clock.advance(16_000);
  loop.kill();
  expect((await loop.finish()).outcome).toBe('interrupted');
  expect((await loop.queue.list()).map(({ state }) => state)).toEqual(['landed', 'queued']);
});

test('a queue that stops lets agents finish, starts nothing new, and says why', async () => {
  const loop = await startLoop({
    tickets: [{ id: 'A-1' }, { id: 'A-2' }, { id: 'A-3' }],
    script: ({ ticket }) => ({ seconds: ticket.id === 'A-1' ? 10 : 100 }),
    verdict: () => ({ stops: new Error('a file is in the way') }),
  });
  expect(await loop.finish()).toMatchObject({ outcome: 'stopped', reason: 'a file is in the way' });
  expect(loop.workers.requests.map(({ ticket }) => ticket.id)).toEqual(['A-1', 'A-2', 'A-3']);
  expect((await loop.queue.list()).every(({ state }) => state === 'queued')).toBe(true);
});

test('a target that no longer contains a dependency stops the run', async () => {
  const loop = await startLoop({
    tickets: [...chain, { id: 'A-3', dependencies: ['A-1', 'A-2'] }],
    workers: 1,
  });
  await loop.clock.advance(90_000);
  loop.queue.rewind(1);
  expect(await loop.finish()).toMatchObject({
    outcome: 'stopped',
    reason: expect.stringContaining('no longer contains the landing of A-1'),
  });
});

test('an epic is completed with its last child, in the same landing', async () => {
  const loop = await startLoop({
    tickets: [
      { id: 'E-1', children: ['A-1', 'A-2'] },
      { id: 'A-1', parent: 'E-1' },
      { id: 'A-2', parent: 'E-1' },
    ],
  });
  expect((await loop.finish()).summary.completed).toBe(2);
  expect(loop.source.states()).toMatchObject({ 'E-1': 'COMPLETED' });
  const [last, epic] = ['A-2', 'E-1'].map((id) => loop.log.state.completed.get(id));
  expect(epic).toBe(last);
});

test('states of a source that is not tracked are written to it', async () => {
  const loop = await startLoop({ tickets: chain, tracked: false });
  await loop.finish();
  expect(loop.source.states()).toEqual({ 'A-1': 'COMPLETED', 'A-2': 'COMPLETED' });
});

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
  const answers = new Map<string, (answer: Answer) => void>();
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

test('what configures later runs may be changed by the ticket that declares it only', async () => {
  const loop = await startLoop({
    tickets: [{ id: 'A-1' }, { id: 'A-2', files: ['docs/.sagerc', 'package.json', 'prompt.md'] }],
    configuration: {
      names: ['.sagerc', 'sage.config.ts'],
      paths: ['prompt.md'],
      member: { name: 'package.json', member: 'sage' },
    },
  });
  await loop.finish();
  const [first, second] = loop.workers.requests;
  expect(first).toMatchObject({
    protectedNames: ['.sagerc', 'sage.config.ts'],
    protectedPaths: ['prompt.md'],
    protectedMember: { name: 'package.json', member: 'sage' },
  });
  expect(second).toMatchObject({ protectedNames: ['sage.config.ts'], protectedPaths: [] });
  expect(second?.protectedMember).toBeUndefined();
});

test('a ticket that a person skips stays as it is, and blocks nobody in the report', async () => {
  const loop = await startLoop({
    tickets: chain,
    ask: async ({ kind }) => (kind === 'start' ? 'no' : 'yes'),
  });
  expect((await loop.finish()).summary).toEqual({ completed: 0, deferred: 0, blocked: 0, unprocessed: 2 });
});

test('what an agent does is journaled at most once a second, the newest last', async () => {
  const loop = await startLoop({
    tickets: [{ id: 'A-1' }],
    script: () => ({
      seconds: 10,
      reports: [
        [1, { activity: 'Read a.ts' }],
        [1.2, { activity: 'Edit a.ts' }],
        [1.4, { activity: 'Edit b.ts' }],
        [5, { activity: 'Edit b.ts' }],
      ],
    }),
  });
  await loop.finish();
  const progress = loop.log.events.filter((event) => event.event === 'ticket.progress');
  expect(progress.map(({ activity, time }) => [activity, time.slice(17, 23)])).toEqual([
    ['Read a.ts', '01.000'],
    ['Edit b.ts', '02.000'],
  ]);
});

test('progress that waits for its second is not journaled after the attempt has ended', async () => {
  const loop = await startLoop({
    tickets: [{ id: 'A-1' }],
    script: () => ({
      seconds: 2,
      reports: [
        [1.5, { activity: 'Read a.ts' }],
        [1.9, { activity: 'Edit a.ts' }],
      ],
    }),
  });
  await loop.finish();
  const progress = loop.log.events.filter((event) => event.event === 'ticket.progress');
  expect(progress.map(({ activity }) => activity)).toEqual(['Read a.ts']);
  expect(loop.clock.nextTimer()).toBeUndefined();
});

test('a paused run ends when nothing is left that could start', async () => {
  const loop = await startLoop({ tickets: [{ id: 'A-1' }] });
  await loop.clock.advance(1_000);
  await loop.log.emit({ event: 'run.paused' });
  expect((await loop.finish()).summary.completed).toBe(1);
});

test.each([true, undefined])('a landing says whether its verify was flaky: %s', async (flaky) => {
  const loop = await startLoop({ tickets: [{ id: 'A-1' }], verdict: () => ({ flaky }) });
  await loop.finish();
  expect(loop.log.events.find(({ event }) => event === 'landing.landed')).toHaveProperty('flaky', flaky);
});

test('work that an earlier process queued lands first, and its ticket is not run again', async () => {
  const first = await startLoop({
    tickets: [{ id: 'A-1' }, { id: 'A-2' }],
    workers: 1,
    script: () => ({ seconds: 10 }),
    verdict: () => ({ stops: new Error('a file is in the way') }),
  });
  expect((await first.finish()).outcome).toBe('stopped');
  const again = await startLoop({
    tickets: [{ id: 'A-1' }, { id: 'A-2' }],
    workers: 1,
    resumes: first,
  });
  expect((await again.finish()).summary.completed).toBe(2);
  const queued = first.workers.requests.map(({ ticket }) => ticket.id);
  expect(again.workers.requests.map(({ ticket }) => ticket.id)).not.toEqual(expect.arrayContaining(queued));
  expect(again.source.states()).toEqual({ 'A-1': 'COMPLETED', 'A-2': 'COMPLETED' });
});

test('no forecast comes after the end of a run', async () => {
  const seen: string[] = [];
  const loop = await startLoop({
    tickets: [{ id: 'A-1' }],
    forecast: { publish: async () => {}, close: () => void seen.push('closed') },
  });
  loop.log.subscribe(({ event }) => seen.push(event));
  await loop.finish();
  expect(seen.slice(-2)).toEqual(['closed', 'run.finished']);
});

test('what is thrown in the loop ends the agents and everything that waits, and comes out', async () => {
  let asked = 0;
  const broken = {
    hasChanged: async () => true,
    async take() {
      asked += 1;
      if (asked > 2) throw new Error('a fault in Sage');
    },
  };
  const loop = await startLoop({
    tickets: [{ id: 'A-1' }, { id: 'A-2' }],
    script: ({ ticket }) => ({ seconds: ticket.id === 'A-1' ? 5 : 1_000 }),
    inputs: () => [broken],
  });
  await expect(loop.finish()).rejects.toThrow('a fault in Sage');
  expect(loop.workers.running.size).toBe(0);
  expect(loop.clock.nextTimer()).toBeUndefined();
});
