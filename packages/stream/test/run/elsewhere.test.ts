import { expect, test } from 'vitest';
import { startLoop, story } from './loop.ts';

test('an attempt whose worker is gone is made again, and counts as none', async () => {
  let times = 0;
  const loop = await startLoop({
    tickets: [{ id: 'A-1' }, { id: 'A-2' }],
    maxAttempts: 1,
    script: ({ ticket }) => {
      const isLost = ticket.id === 'A-1' && times++ < 2;
      return isLost
        ? { outcome: 'interrupted', reason: 'worker box-1 is gone', seconds: 5 }
        : { seconds: 30 };
    },
  });
  expect((await loop.finish()).summary).toMatchObject({ completed: 2, deferred: 0 });
  expect(loop.notices).toContain('A-1: worker box-1 is gone; trying again');
  expect(
    loop.workers.requests.filter(({ ticket }) => ticket.id === 'A-1').map(({ attempt }) => attempt),
  ).toEqual([1, 1, 1]);
});

test('the numbers of an attempt that is sent again grow, also after a resume', async () => {
  const gone = {
    outcome: 'interrupted',
    reason: 'worker box-1 is gone',
    seconds: 0,
    dispatched: true,
  } as const;
  let times = 0;
  const first = await startLoop({
    tickets: [{ id: 'A-1' }],
    script: () => (times++ < 2 ? gone : { seconds: 60, dispatched: true }),
  });
  await first.clock.advance(30_000);
  first.stop();
  await first.finish();
  const second = await startLoop({
    tickets: [{ id: 'A-1' }],
    resumes: first,
    script: () => ({ dispatched: true }),
  });
  await second.finish();
  const fences = second.log.events.flatMap((event) =>
    event.event === 'attempt.dispatched' ? [event.fence] : [],
  );
  expect(fences.length).toBeGreaterThanOrEqual(4);
  expect(fences).toEqual([...new Set(fences)].toSorted((a, b) => a - b));
});

test('an attempt that goes on elsewhere keeps the base that it started from', async () => {
  const tickets = [{ id: 'A-1' }, { id: 'A-2' }];
  const first = await startLoop({
    tickets,
    script: ({ ticket }) => ({ seconds: ticket.id === 'A-1' ? 10 : 90 }),
  });
  await first.clock.advance(20_000);
  const [base] = first.workers.requests.map((request) => request.base);
  first.stop();
  await first.finish();
  const second = await startLoop({
    tickets,
    resumes: first,
    early: { 'A-2': { attempt: 1, base: base as string } },
  });
  await second.finish();
  // The target has moved since: A-1 has landed.
  expect(second.workers.requests.map((request) => [request.ticket.id, request.base])).toEqual([
    ['A-2', base],
  ]);
  expect(second.queue.commits.length).toBeGreaterThan(2);
});

test('an attempt that goes on elsewhere is not taken up on a base without what its ticket depends on', async () => {
  const tickets = [{ id: 'A-1' }, { id: 'A-2', dependencies: ['A-1'] }];
  const loop = await startLoop({ tickets, early: { 'A-2': { attempt: 1, base: 'base' } } });
  await loop.finish();
  const [, second] = loop.workers.requests;
  expect(second).toMatchObject({ ticket: { id: 'A-2' }, base: loop.queue.commits[1] });
});

test('labels come from the ticket and from the rules', async () => {
  const loop = await startLoop({
    tickets: [{ id: 'A-1', worker: { labels: ['gpu'] } }, { id: 'A-2', type: 'docs' }, { id: 'A-3' }],
    agents: { rules: [{ type: 'docs', worker: { labels: ['cheap'] } }] },
  });
  await loop.finish();
  const labels = Object.fromEntries(
    loop.workers.requests.map((request) => [request.ticket.id, request.labels]),
  );
  expect(labels).toEqual({ 'A-1': ['gpu'], 'A-2': ['cheap'], 'A-3': undefined });
});

test('what a run has left elsewhere is put away before its end is journaled, by a resumed one all of it', async () => {
  const tickets = [{ id: 'A-1' }, { id: 'A-2' }];
  const script = () => ({ dispatched: true });
  const first = await startLoop({ tickets, workers: 1, script });
  await first.clock.advance(90_000);
  first.stop();
  await first.finish();
  const second = await startLoop({ tickets, resumes: first, script });
  let before: string[] = [];
  let told: readonly unknown[] = [];
  second.workers.finish = async (sent) => {
    told = sent;
    before = story(second.log);
  };
  await second.finish();
  expect(before.at(-1)).toBe('ticket.completed A-2');
  expect(told).toMatchObject([
    { ticket: 'A-1', attempt: 1, landed: true },
    { ticket: 'A-2', attempt: 1, landed: true },
    { ticket: 'A-2', attempt: 1, landed: true },
  ]);
  expect(story(second.log).at(-1)).toBe('run.finished');
});

test('a ticket that no worker has room for keeps no other from starting, and starts when there is room', async () => {
  const loop = await startLoop({
    tickets: [{ id: 'A-1' }, { id: 'A-2' }, { id: 'A-3' }, { id: 'A-4' }],
    workers: 2,
    script: () => ({ seconds: 60 }),
  });
  let hasJoined = false;
  loop.workers.hasRoomFor = (ticket) => hasJoined || !['A-1', 'A-2'].includes(ticket);
  await loop.clock.advance(90_000);
  const begun = () => loop.workers.requests.map(({ ticket }) => ticket.id);
  expect(begun()).toEqual(['A-3', 'A-4']);
  await loop.clock.advance(60_000);
  expect(begun()).toEqual(['A-3', 'A-4']);
  hasJoined = true;
  expect((await loop.finish()).summary).toMatchObject({ completed: 4 });
  expect(begun()).toEqual(['A-3', 'A-4', 'A-1', 'A-2']);
});
