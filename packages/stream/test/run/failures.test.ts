import { type AttemptScript, fakeQueue, memoryLog, memorySource, virtualClock } from '@sage/test-support';
import { expect, test } from 'vitest';
import { startLoop } from './loop.ts';

const chain = [{ id: 'A-1' }, { id: 'A-2', dependencies: ['A-1'] }];

test('a failed attempt is tried again, and then deferred with its reason, its dependents blocked', async () => {
  const loop = await startLoop({
    tickets: chain,
    script: ({ attempt }) => ({ outcome: 'failed', reason: `broken ${attempt}` }),
  });
  const { outcome, summary } = await loop.finish();
  expect({ outcome, summary }).toEqual({
    outcome: 'finished',
    summary: { completed: 0, deferred: 1, blocked: 1, unprocessed: 0 },
  });
  expect(loop.log.events).toContainEqual(
    expect.objectContaining({
      event: 'ticket.deferred',
      ticket: 'A-1',
      category: 'agent_failed',
      reason: 'broken 2',
      attempts: 2,
      ref: 'refs/sage/deferred/A-1',
    }),
  );
  expect(loop.log.events).toContainEqual(
    expect.objectContaining({ event: 'ticket.blocked', ticket: 'A-2', by: ['A-1'] }),
  );
  expect(loop.workers.requests[1]?.previous).toEqual({
    kind: 'failure',
    reason: 'broken 1',
    output: 'end of run-1/A-1/1/output.log',
  });
  expect(loop.source.states()).toEqual({ 'A-1': 'DEFERRED', 'A-2': 'UNPROCESSED' });
  expect(loop.workers.kept.get('refs/sage/deferred/A-1')).toBe('work:A-1:2');
});

test('an attempt after a failure may have another agent, which does not resume the session of the first', async () => {
  const loop = await startLoop({
    tickets: [{ id: 'A-1' }],
    maxAttempts: 3,
    agents: { attempts: [{}, {}, { agent: 'big', model: 'm' }] },
    script: ({ attempt }) => ({ session: `s-${attempt}`, outcome: attempt < 3 ? 'failed' : 'completed' }),
  });
  await loop.finish();
  expect(loop.workers.requests.map(({ selection, session }) => [selection, session?.id])).toEqual([
    [undefined, undefined],
    [undefined, 's-1'],
    [{ agent: 'big', model: 'm' }, undefined],
  ]);
  const started = loop.log.events.filter((event) => event.event === 'attempt.started');
  expect(started.map(({ agent, model }) => [agent, model])).toEqual([
    [undefined, undefined],
    [undefined, undefined],
    ['big', 'm'],
  ]);
});

test('an agent that defers its ticket is not tried again', async () => {
  const loop = await startLoop({
    tickets: [{ id: 'A-1' }],
    script: () => ({ outcome: 'deferred', category: 'external_blocker', reason: 'no key' }),
  });
  await loop.finish();
  expect(loop.workers.requests).toHaveLength(1);
  expect(loop.log.state.deferred.get('A-1')).toMatchObject({ category: 'external_blocker' });
});

test('a deferral that a killed process did not get to make is made by the next one, its work kept', async () => {
  const tickets = [{ id: 'A-1' }, { id: 'A-2' }];
  const script: AttemptScript = ({ ticket }) =>
    ticket.id === 'A-1' ? { outcome: 'deferred', category: 'external_blocker', reason: 'no key' } : {};
  const whole = await startLoop({ tickets, script, workers: 1 });
  await whole.finish();
  const end = whole.log.events.findIndex(({ event }) => event === 'ticket.deferred');
  expect(whole.log.events[end - 1]).toMatchObject({
    event: 'attempt.finished',
    outcome: 'deferred',
    ref: 'refs/sage/deferred/A-1',
  });
  // Killed between the two, and before the end of the attempt was journaled.
  for (const [cut, attempts] of [
    [end, 0],
    [end - 1, 1],
  ] as const) {
    const clock = virtualClock();
    const source = memorySource(tickets, { tracked: true });
    const log = memoryLog(clock.now);
    for (const event of whole.log.events.slice(0, cut)) await log.emit(event);
    const killed = { ...whole, clock, source, queue: fakeQueue(clock, source), log };
    const resumed = await startLoop({ tickets, script, workers: 1, resumes: killed });
    expect((await resumed.finish()).summary).toMatchObject({ completed: 1, deferred: 1 });
    expect(resumed.log.state.deferred.get('A-1')).toMatchObject({
      reason: 'no key',
      attempts: 1,
      ref: 'refs/sage/deferred/A-1',
    });
    expect(resumed.source.states()).toMatchObject({ 'A-1': 'DEFERRED' });
    expect(resumed.workers.requests.filter(({ ticket }) => ticket.id === 'A-1')).toHaveLength(attempts);
  }
});

test('a conflict is tried once more on the new tip, and is not counted as a failure', async () => {
  const conflict = { files: ['a.txt'], tickets: ['A-9'] };
  const loop = await startLoop({
    tickets: [{ id: 'A-1' }],
    maxAttempts: 1,
    verdict: (_, nth) => (nth === 1 ? { state: 'conflicted', conflict } : {}),
  });
  expect((await loop.finish()).summary.completed).toBe(1);
  expect(loop.workers.requests[1]?.previous).toEqual({ kind: 'conflict', ...conflict });
  expect((await loop.queue.list()).map(({ state }) => state)).toEqual(['dropped', 'landed']);
});

test('what an earlier process could not land of a ticket is dropped when the ticket lands', async () => {
  const clock = virtualClock();
  const source = memorySource([{ id: 'A-1' }, { id: 'A-2' }], { tracked: true });
  const queue = fakeQueue(clock, source, () => ({ state: 'conflicted' }));
  for (const ticket of ['A-1', 'A-3'])
    await queue.enqueue({ ticket, target: queue.target.ref, message: ticket, commit: 'early', base: 'base' });
  for await (const { state } of queue.process()) expect(state).toBe('conflicted');
  const before = await startLoop({ tickets: [] });
  const resumes = { ...before, clock, source, queue, log: memoryLog(clock.now) };
  const loop = await startLoop({ tickets: [], resumes });
  await loop.finish();
  const left = (await queue.list()).filter(({ commit }) => commit === 'early');
  expect(left.map(({ ticket, state }) => [ticket, state])).toEqual([
    ['A-1', 'dropped'],
    ['A-3', 'conflicted'],
  ]);
});

test('a second conflict defers', async () => {
  const conflict = { files: ['a.txt'], tickets: ['A-9'] };
  const loop = await startLoop({
    tickets: [{ id: 'A-1' }],
    maxAttempts: 5,
    verdict: () => ({ state: 'conflicted', conflict }),
  });
  await loop.finish();
  expect(loop.workers.requests).toHaveLength(2);
  expect(loop.log.state.deferred.get('A-1')).toMatchObject({
    category: 'merge_conflict',
    reason: 'conflicts with A-9 in a.txt',
  });
});

test('work that verify rejects is tried again with what verify printed', async () => {
  const loop = await startLoop({
    tickets: [{ id: 'A-1' }],
    verdict: (_, nth) => (nth === 1 ? { state: 'rejected', output: '1 failed' } : {}),
  });
  expect((await loop.finish()).summary.completed).toBe(1);
  expect(loop.workers.requests[1]?.previous).toMatchObject({ kind: 'rejected', output: '1 failed' });
});

test('work that the queue refuses for another reason than verify is deferred as what it is', async () => {
  const loop = await startLoop({
    tickets: [{ id: 'A-1' }],
    maxAttempts: 1,
    verdict: () => ({ state: 'rejected' }),
  });
  expect((await loop.finish()).summary.deferred).toBe(1);
  expect(loop.log.state.deferred.get('A-1')).toMatchObject({ category: 'cannot_land' });
});

test('a stalled ticket is tried again after a pause, not at once', async () => {
  const loop = await startLoop({
    tickets: [{ id: 'A-1' }],
    script: ({ attempt }) => (attempt === 1 ? { outcome: 'failed', category: 'stalled' } : {}),
  });
  await loop.clock.advance(60_000);
  expect(loop.workers.requests).toHaveLength(1);
  await loop.clock.advance(2_000);
  expect(loop.workers.requests).toHaveLength(2);
  expect((await loop.finish()).summary.completed).toBe(1);
});

test('a conflict does not use up an attempt', async () => {
  const loop = await startLoop({
    tickets: [{ id: 'A-1' }],
    maxAttempts: 2,
    script: ({ attempt }) => (attempt === 2 ? { outcome: 'failed' } : {}),
    verdict: (_, nth) =>
      nth === 1 ? { state: 'conflicted', conflict: { files: ['a.txt'], tickets: [] } } : {},
  });
  expect((await loop.finish()).summary.completed).toBe(1);
  expect(loop.workers.requests).toHaveLength(3);
});

test('a conflict with nobody in particular names the files alone', async () => {
  const loop = await startLoop({
    tickets: [{ id: 'A-1' }],
    verdict: () => ({ state: 'conflicted', conflict: { files: ['a.txt', 'b.txt'], tickets: [] } }),
  });
  await loop.finish();
  expect(loop.log.state.deferred.get('A-1')?.reason).toBe('conflicts in a.txt, b.txt');
});
