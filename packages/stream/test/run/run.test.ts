import { expect, test } from 'vitest';
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

test('an epic that the run was not asked for is done with its last ticket, and is in no count', async () => {
  const tickets = [
    { id: 'E-1', children: ['A-1'] },
    { id: 'A-1', parent: 'E-1' },
  ];
  const loop = await startLoop({ tickets, only: ['A-1'] });
  expect((await loop.finish()).summary).toMatchObject({ completed: 1 });
  expect([...loop.log.state.completed.keys()]).toEqual(['A-1', 'E-1']);
  expect([...loop.log.state.containers]).toEqual(['E-1']);
});

test('a long run does not keep the entries that have landed', async () => {
  const tickets = Array.from({ length: 210 }, (_, nth) => ({ id: `A-${nth + 1}` }));
  const loop = await startLoop({ tickets, workers: 10 });
  let kept = 0;
  loop.queue.cleanup = async () => {
    kept = loop.log.state.settledEntries.size;
    return [];
  };
  await loop.finish();
  // All that it forgets is in the journal.
  expect(kept).toBeGreaterThanOrEqual(200);
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

test('where the machine is in the way of the loop itself, the run stops, and the next process goes on', async () => {
  const tickets = [{ id: 'A-1' }, { id: 'A-2' }];
  const full = Object.assign(new Error('spawn git EMFILE'), { code: 'EMFILE' });
  const loop = await startLoop({
    tickets,
    maxAttempts: 1,
    script: ({ ticket }) => (ticket.id === 'A-1' ? { outcome: 'failed' } : { seconds: 1_000 }),
  });
  loop.workers.keep = () => Promise.reject(full);
  expect(await loop.finish()).toEqual({
    outcome: 'stopped',
    reason: 'spawn git EMFILE; fix that, then run sage stream --resume',
    summary: { completed: 0, deferred: 0, blocked: 0, unprocessed: 2 },
  });
  expect(loop.workers.running.size).toBe(0);
  expect(loop.clock.nextTimer()).toBeUndefined();
  const next = await startLoop({ tickets, resumes: loop });
  expect(await next.finish()).toMatchObject({ outcome: 'finished', summary: { completed: 2 } });
});
