import { expect, test } from 'vitest';
import { startLoop } from './loop.ts';

const four = ['A-1', 'A-2', 'A-3', 'A-4'].map((id) => ({ id }));
const untouched = { 'A-1': 'UNPROCESSED', 'A-2': 'UNPROCESSED', 'A-3': 'UNPROCESSED', 'A-4': 'UNPROCESSED' };

test('an account that refuses stops the run; no ticket is tried, counted or deferred for it', async () => {
  const loop = await startLoop({
    tickets: four,
    workers: 1,
    maxAttempts: 1,
    script: () => ({ seconds: 2, outcome: 'account-refused', reason: 'Not logged in' }),
  });
  expect(await loop.finish()).toMatchObject({
    outcome: 'stopped',
    reason: "the agent's account was refused: Not logged in; fix that, then run sage stream --resume",
    summary: { deferred: 0, unprocessed: 4 },
  });
  expect(loop.workers.requests).toHaveLength(1);
  expect(loop.log.state.attempts.size).toBe(0);
  expect(loop.source.states()).toEqual(untouched);
});

test('what others have finished lands before a run stops for its account', async () => {
  const loop = await startLoop({
    tickets: four,
    workers: 3,
    script: ({ ticket }) =>
      ticket.id === 'A-2'
        ? { seconds: 5, outcome: 'account-refused', reason: 'Not logged in' }
        : { seconds: 60 },
    verdict: () => ({ seconds: 30 }),
  });
  expect(await loop.finish()).toMatchObject({
    outcome: 'stopped',
    summary: { completed: 2, unprocessed: 2 },
  });
  expect(loop.source.states()).toEqual({ ...untouched, 'A-1': 'COMPLETED', 'A-3': 'COMPLETED' });
});

test('a run that its account stopped goes on where it was', async () => {
  const stopped = await startLoop({
    tickets: four,
    workers: 1,
    maxAttempts: 1,
    script: ({ ticket }) =>
      ticket.id === 'A-2' ? { outcome: 'account-refused', reason: 'Not logged in' } : {},
  });
  await stopped.finish();
  const resumed = await startLoop({ tickets: four, workers: 1, maxAttempts: 1, resumes: stopped });
  expect(await resumed.finish()).toMatchObject({ outcome: 'finished', summary: { completed: 4 } });
  expect(resumed.workers.requests.map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
});

test('a machine that fails for a while is waited for, and no attempt is counted', async () => {
  let failing = true;
  const loop = await startLoop({
    tickets: four,
    workers: 2,
    maxAttempts: 1,
    script: () => (failing ? { seconds: 1, breaks: 'ENOSPC: no space left on device' } : {}),
  });
  await loop.clock.advance(12_000);
  failing = false;
  expect(await loop.finish()).toMatchObject({ outcome: 'finished', summary: { completed: 4 } });
  expect(loop.workers.requests.every(({ attempt }) => attempt === 1)).toBe(true);
  expect(loop.notices[0]).toBe('A-1: ENOSPC: no space left on device; not counted, nothing starts for 2 s');
});

test('a machine that stays broken stops the run, and no ticket is deferred for it', async () => {
  const loop = await startLoop({
    tickets: four,
    workers: 2,
    maxAttempts: 1,
    script: () => ({ seconds: 1, outcome: 'machine-failed', reason: 'setup ended with exit code 7' }),
  });
  expect(await loop.finish()).toMatchObject({
    outcome: 'stopped',
    reason: expect.stringContaining('this machine cannot continue (7 times in a row): A-'),
    summary: { deferred: 0, unprocessed: 4 },
  });
  expect(loop.source.states()).toEqual(untouched);
});

test('a landing that the machine fails is tried again', async () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  const loop = await startLoop({
    tickets: four,
    workers: 2,
    verdict: (_, nth) => (nth < 3 ? { stops: full } : {}),
  });
  expect(await loop.finish()).toMatchObject({ outcome: 'finished', summary: { completed: 4 } });
  expect(loop.notices[0]).toContain('landing: ENOSPC: no space left on device, write; not counted');
});

test('a landing that the machine fails again and again stops the run, its work still queued', async () => {
  const full = new Error('git failed', { cause: new Error('fatal: No space left on device') });
  const loop = await startLoop({ tickets: four, workers: 4, verdict: () => ({ stops: full }) });
  expect(await loop.finish()).toMatchObject({ outcome: 'stopped', summary: { unprocessed: 4 } });
  expect((await loop.queue.list()).map(({ state }) => state)).toEqual(four.map(() => 'queued'));
});

test.each([
  ['rate-limited', 4],
  ['machine-failed', 12],
] as const)(
  'a ticket that alone is %s keeps nobody from a worker, and is deferred in the end',
  async (outcome, count) => {
    const loop = await startLoop({
      tickets: Array.from({ length: count }, (_, nth) => ({ id: `A-${nth + 1}` })),
      workers: 1,
      script: ({ ticket }) => (ticket.id === 'A-1' ? { seconds: 1, outcome, reason: 'try later' } : {}),
    });
    expect((await loop.finish()).summary).toMatchObject({ completed: count - 1, deferred: 1 });
    expect(loop.log.state.deferred.get('A-1')?.reason).toBe(
      'turned away 5 times while other tickets were not: try later',
    );
    expect(loop.workers.requests.slice(0, 2).map(({ ticket }) => ticket.id === 'A-1')).toEqual([true, false]);
  },
);

test('tickets that the machine fails are not deferred for those that came through before it failed everyone', async () => {
  const loop = await startLoop({
    tickets: four,
    workers: 4,
    script: ({ ticket }) =>
      ['A-1', 'A-2'].includes(ticket.id)
        ? { seconds: 2 }
        : { seconds: 1, outcome: 'machine-failed', reason: 'no space left on the file system' },
  });
  expect(await loop.finish()).toMatchObject({
    outcome: 'stopped',
    summary: { completed: 2, deferred: 0, unprocessed: 2 },
  });
});

test('an account that is at its limit for everyone defers nobody', async () => {
  let attempts = 0;
  const loop = await startLoop({
    tickets: four,
    workers: 1,
    script: () => ((attempts += 1) <= 20 ? { seconds: 1, outcome: 'rate-limited', reason: 'limit' } : {}),
  });
  expect((await loop.finish()).summary).toMatchObject({ completed: 4, deferred: 0 });
});
