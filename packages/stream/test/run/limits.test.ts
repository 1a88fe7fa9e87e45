import { expect, test } from 'vitest';
import { startLoop } from './loop.ts';

test('an agent that its account turns away counts no attempt, and nobody starts for a while', async () => {
  const loop = await startLoop({
    tickets: [{ id: 'A-1' }, { id: 'A-2' }],
    workers: 1,
    maxAttempts: 1,
    script: (() => {
      let first = true;
      return () => {
        const turnedAway = first;
        first = false;
        return turnedAway
          ? { seconds: 1, outcome: 'rate-limited', reason: 'limit', retryAfter: 600_000 }
          : {};
      };
    })(),
  });
  await loop.clock.advance(590_000);
  expect(loop.workers.requests).toHaveLength(1);
  await loop.clock.advance(20_000);
  expect(loop.workers.requests).toHaveLength(2);
  expect((await loop.finish()).summary.completed).toBe(2);
  expect(loop.workers.kept.size).toBe(0);
  expect(loop.notices[0]).toContain('no worker starts for 10 min');
});

test('without waiting a rate limit ends the run, and its tickets stay as they are', async () => {
  const loop = await startLoop({
    tickets: [{ id: 'A-1' }, { id: 'A-2' }],
    workers: 1,
    wait: false,
    script: () => ({ outcome: 'rate-limited', reason: 'limit' }),
  });
  const { summary } = await loop.finish();
  expect(summary).toEqual({ completed: 0, deferred: 0, blocked: 0, unprocessed: 2 });
  expect(loop.workers.requests).toHaveLength(1);
  expect(loop.notices[0]).toContain('nothing more starts');
});

test('a retry that an agent reports halves how many may run', async () => {
  const tickets = ['A-1', 'A-2', 'A-3', 'A-4', 'A-5', 'A-6'].map((id) => ({ id }));
  const loop = await startLoop({
    tickets,
    workers: 4,
    script: ({ ticket }) =>
      ticket.id === 'A-1'
        ? { seconds: 30, reports: [[1, { retries: 1 }]] }
        : { seconds: 10, outcome: 'failed' },
    maxAttempts: 1,
  });
  await loop.clock.advance(11_000);
  // Three have ended; of four workers two may be busy now.
  expect([...loop.workers.running]).toEqual(['A-1', 'A-5']);
  await loop.finish();
});

test('a budget that is used up starts nothing more, and says what is left', async () => {
  const loop = await startLoop({
    tickets: [{ id: 'A-1' }, { id: 'A-2' }, { id: 'A-3' }],
    workers: 1,
    budget: { maxCost: 5 },
    script: () => ({ costUsd: 3 }),
  });
  const { summary } = await loop.finish();
  expect(summary).toMatchObject({ completed: 1, unprocessed: 2 });
  expect(loop.notices).toEqual([
    expect.stringContaining('2 tickets are left as they are, and would need about $6.00'),
  ]);
});

test('a person learns once that a budget has no effect on an agent', async () => {
  const loop = await startLoop({ tickets: [{ id: 'A-1' }, { id: 'A-2' }], budget: { maxCost: 10 } });
  expect((await loop.finish()).summary.completed).toBe(2);
  expect(loop.notices).toEqual(['this agent does not report its cost: --max-cost has no effect']);
});

test('an attempt that ends without telling its cost does not open the budget for all workers', async () => {
  const tickets = ['A-1', 'A-2', 'A-3', 'A-4', 'A-5', 'A-6'].map((id) => ({ id }));
  const loop = await startLoop({
    tickets,
    workers: 4,
    budget: { maxCost: 8 },
    script: ({ ticket }) => (ticket.id === 'A-1' ? {} : { costUsd: 3 }),
  });
  expect((await loop.finish()).summary).toMatchObject({ completed: 2, unprocessed: 4 });
  // What is not known of the first counts as much as what is known of the second.
  expect(loop.log.state.usage.costUsd).toBe(3);
});

test('an attempt that fails at once and costs nothing does not open the budget for all workers', async () => {
  const tickets = ['A-1', 'A-2', 'A-3', 'A-4', 'A-5', 'A-6'].map((id) => ({ id }));
  const loop = await startLoop({
    tickets,
    workers: 6,
    budget: { maxCost: 10 },
    script: (() => {
      let first = true;
      return () => {
        const broken = first;
        first = false;
        return broken ? { seconds: 1, outcome: 'failed', reason: 'boom', costUsd: 0 } : { costUsd: 5 };
      };
    })(),
  });
  await loop.finish();
  expect(loop.log.state.usage.costUsd).toBe(10);
});

test('an attempt that exceeds its ticket budget is cut off, and the ticket deferred', async () => {
  const loop = await startLoop({
    tickets: [{ id: 'A-1' }],
    budget: { maxTicketCost: 1 },
    script: () => ({ seconds: 100, reports: [[10, { costUsd: 2 }]] }),
  });
  await loop.finish();
  expect(loop.clock.now().getTime() - Date.UTC(2026, 0, 1)).toBeLessThan(20_000);
  expect(loop.log.state.deferred.get('A-1')).toMatchObject({ category: 'budget' });
});

const six = ['A-1', 'A-2', 'A-3', 'A-4', 'A-5', 'A-6'].map((id) => ({ id }));

test.each([1, 3])(
  'ticket after ticket failing the same way at once stops the run, and defers none (%i workers)',
  async (workers) => {
    const loop = await startLoop({
      tickets: six,
      workers,
      script: () => ({ seconds: 1, outcome: 'failed', reason: 'Invalid API key' }),
    });
    expect(await loop.finish()).toMatchObject({
      outcome: 'stopped',
      reason: expect.stringContaining('A-1, A-2, A-3 ended the same way: Invalid API key'),
      summary: { deferred: 0, unprocessed: 6 },
    });
    // Those that had started when the third one failed are the last.
    expect(loop.workers.requests.length).toBeLessThan(3 + workers);
    expect(Object.values(loop.source.states())).toEqual(six.map(() => 'UNPROCESSED'));
  },
);

test('a verify that rejects everyone stops the run, and defers none', async () => {
  const loop = await startLoop({
    tickets: six,
    workers: 3,
    verdict: () => ({ state: 'rejected', output: 'no such script' }),
  });
  expect(await loop.finish()).toMatchObject({ outcome: 'stopped', summary: { deferred: 0 } });
});

test.each([
  [1, true],
  [3, true],
  [1, false],
])(
  'what the common cause had deferred before is taken back (%i workers, index tracked: %s)',
  async (workers, tracked) => {
    const tickets = [...six, { id: 'B-1', dependencies: ['A-1'] }];
    const loop = await startLoop({
      tickets,
      workers,
      tracked,
      maxAttempts: 1,
      script: () => ({ seconds: 1, outcome: 'failed', reason: 'Invalid API key' }),
    });
    expect(await loop.finish()).toMatchObject({
      outcome: 'stopped',
      summary: { deferred: 0, blocked: 0, unprocessed: 7 },
    });
    expect(new Set(Object.values(loop.source.states()))).toEqual(new Set(['UNPROCESSED']));
    const resumed = await startLoop({ tickets, workers, tracked, maxAttempts: 1, resumes: loop });
    expect((await resumed.finish()).summary.completed).toBe(7);
    expect(new Set(resumed.workers.requests.map(({ attempt }) => attempt))).toEqual(new Set([1]));
  },
);

test('what verify rejects for everyone, and had deferred before, is taken back', async () => {
  const loop = await startLoop({
    tickets: six,
    workers: 2,
    maxAttempts: 1,
    verdict: () => ({ state: 'rejected', output: 'no such script' }),
  });
  expect(await loop.finish()).toMatchObject({
    outcome: 'stopped',
    // With the place of the logs.
    reason: expect.stringMatching(/no such script \(see \.sage\/runs\/[^/]+\/verify\/\)/) as unknown,
    summary: { deferred: 0, unprocessed: 6 },
  });
  const resumed = await startLoop({ tickets: six, workers: 2, resumes: loop });
  expect((await resumed.finish()).summary.completed).toBe(6);
});

test('where verify rejects everyone, finished work stays queued, and lands when it is resumed', async () => {
  const tickets = Array.from({ length: 9 }, (_, nth) => ({ id: `A-${nth + 1}` }));
  const loop = await startLoop({
    tickets,
    workers: 9,
    maxAttempts: 1,
    verdict: () => ({ state: 'rejected', output: 'no such script' }),
  });
  expect(await loop.finish()).toMatchObject({ outcome: 'stopped', summary: { unprocessed: 9 } });
  const queued = (await loop.queue.list()).filter(({ state }) => state === 'queued');
  expect(queued.length).toBeGreaterThan(3);
  const resumed = await startLoop({ tickets, workers: 9, resumes: loop });
  expect((await resumed.finish()).summary.completed).toBe(9);
  // Agents work again only on what was rejected.
  expect(resumed.workers.requests).toHaveLength(9 - queued.length);
});
