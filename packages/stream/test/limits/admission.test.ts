import { memoryLog, virtualClock } from '@sage/test-support';
import { expect, test } from 'vitest';
import type { BudgetLimits } from '../../src/context/run-context.ts';
import { Admission } from '../../src/limits/admission.ts';

async function admission(options: { wait?: boolean; budget?: BudgetLimits } = {}) {
  const { wait = true, budget = {} } = options;
  const clock = virtualClock();
  const log = memoryLog(clock.now);
  await log.emit({
    event: 'run.started',
    target: 'refs/heads/work',
    base: 'b',
    workers: 4,
    agent: 'a',
    tickets: [],
    resumed: false,
  });
  const admits = new Admission({ log, clock, settings: { maxAttempts: 2, budget, wait } });
  return { admits, clock, log };
}

const retry = (retries: number) => ({ text: '', denied: [], retries });

test('an agent may start at once as long as nothing speaks against it', async () => {
  const { admits } = await admission();
  expect(admits.startDelay(3, 3)).toBe(0);
  expect(admits.outlook()).toEqual([{ from: 0, workers: 4 }]);
});

test('a retry that an agent reports halves how many may run, once for each new retry', async () => {
  const { admits, clock } = await admission();
  admits.onAttemptStarted('A', () => {});
  admits.onAgentReport('A', retry(1));
  expect(admits.startDelay(1, 1)).toBe(0);
  expect(admits.startDelay(2, 2)).toBeGreaterThan(0);
  await clock.advance(10_000);
  admits.onAgentReport('A', retry(1));
  expect(admits.startDelay(1, 1)).toBe(0);
  admits.onAgentReport('A', retry(2));
  expect(admits.startDelay(1, 1)).toBeGreaterThan(0);
});

test('the retries of a later attempt are its own', async () => {
  const { admits, clock } = await admission();
  admits.onAgentReport('A', retry(3));
  admits.onAttemptEnded('A', 'failed');
  await clock.advance(10_000);
  admits.onAgentReport('A', retry(1));
  expect(admits.startDelay(1, 1)).toBeGreaterThan(0);
});

test('a success lets one more run, and so does a deferral by the agent; a failure does not', async () => {
  for (const [outcome, delayed] of [
    ['completed', false],
    ['deferred', false],
    ['failed', true],
    ['interrupted', true],
    [undefined, true],
  ] as const) {
    const { admits } = await admission();
    admits.onAgentReport('A', retry(1));
    admits.onAttemptEnded('A', outcome);
    expect([outcome, admits.startDelay(2, 2) > 0]).toEqual([outcome, delayed]);
  }
});

test('a rate limit closes for everyone until its reset, and then half of the agents may run', async () => {
  const { admits, clock } = await admission();
  expect(admits.onRateLimited(30_000)).toBe('no worker starts for 30 s, 2 at most work at a time then');
  expect(admits.startDelay(0, 0)).toBe(30_000);
  await clock.advance(30_000);
  expect(admits.startDelay(1, 1)).toBe(0);
  expect(admits.startDelay(2, 2)).toBe(60_000);
});

test('without waiting a rate limit is final', async () => {
  const { admits, clock } = await admission({ wait: false });
  expect(admits.onRateLimited(1_000)).toBe('nothing more starts');
  await clock.advance(3_600_000);
  expect(admits.startDelay(0, 0)).toBe(Infinity);
  expect(admits.outlook()).toEqual([]);
});

test('a budget that the next attempt would exceed lets nothing start', async () => {
  const { admits, log } = await admission({ budget: { maxCost: 5 } });
  expect(admits.startDelay(0, 0)).toBe(0);
  await log.emit({
    event: 'attempt.finished',
    ticket: 'A',
    worker: 1,
    attempt: 1,
    outcome: 'completed',
    seconds: 1,
    costUsd: 3,
  });
  expect(admits.startDelay(0, 0)).toBe(Infinity);
  expect(admits.overBudget(0)).toContain('the budget of $5 is reached');
});

test('an attempt that exceeds its ticket budget is ended, and says why when it has', async () => {
  const { admits } = await admission({ budget: { maxTicketCost: 1 } });
  let ended = 0;
  admits.onAttemptStarted('A', () => (ended += 1));
  admits.onAgentReport('A', { text: '', denied: [], costUsd: 2 });
  expect(ended).toBe(1);
  expect(admits.overTicketBudget('A')).toContain('the ticket has used $2.00');
  expect(admits.onAttemptEnded('A', 'interrupted')).toMatchObject({ of: 'ticket' });
});
