import { writeFileSync } from 'node:fs';
import { hasRedis } from '@sage/test-support/redis';
import { describe, expect, test } from 'vitest';
import { openBroker } from '../src/broker/broker.ts';
import { tellWorker, workersOf } from '../src/index.ts';
import { queueName } from '../src/protocol/names.ts';
import { bench, until } from './two-machines.ts';

describe.skipIf(!hasRedis)('attempts that are stopped (Redis)', () => {
  test('an attempt that runs is stopped, and what it has done comes back', async () => {
    const { coordinator, request, worker, script, runId } = await bench();
    await worker('w1');
    script('echo half > src/half.txt; echo ready; sleep 300');
    const { run, pool } = await coordinator();
    const stop = new AbortController();
    const running = run(request('T-1'), { signal: stop.signal });
    const log = pool.logOf({ run: runId, ticket: 'T-1', attempt: 1 });
    await until(async () => (await pool.outputTail(log)).includes('ready'));
    stop.abort();
    expect(await running).toMatchObject({ outcome: 'interrupted', changedFiles: ['src/half.txt'] });
  });

  test('an attempt that is to end at once is interrupted, and what it has done stays on its worker', async () => {
    const { coordinator, request, worker, script, runId } = await bench();
    await worker('w1');
    script("trap '' TERM; echo half > src/half.txt; echo ready; while :; do sleep 0.1; done");
    const { run, pool } = await coordinator();
    const stop = new AbortController();
    const kill = new AbortController();
    const running = run(request('T-1'), { signal: stop.signal, killSignal: kill.signal });
    const log = pool.logOf({ run: runId, ticket: 'T-1', attempt: 1 });
    await until(async () => (await pool.outputTail(log)).includes('ready'));
    stop.abort();
    kill.abort();
    expect(await running).toMatchObject({
      outcome: 'interrupted',
      reason: expect.stringMatching(/nobody waits for it any more.* as refs\/sage\/interrupted\/T-1/),
    });
  });

  test('an attempt that waits is taken back; one that nobody hears of is not waited for', async () => {
    const { coordinator, request, redis, said, worker } = await bench();
    const { run } = await coordinator({ hasAgent: false });
    const broker = await openBroker(redis.address);
    const stop = new AbortController();
    const running = run(request('T-1'), { signal: stop.signal });
    const queue = broker.queue(queueName(['agent:command']));
    await until(async () => (await queue.getWaitingCount()) === 1);
    stop.abort();
    expect(await running).toMatchObject({ outcome: 'interrupted' });
    expect(await queue.getWaitingCount()).toBe(0);
    await worker('w1');
    expect(await run(request('T-2'))).toMatchObject({ outcome: 'completed' });
    expect(said.some((line) => line.startsWith('T-1'))).toBe(false);
    await broker.close();
  });

  test('an attempt that is stopped while it is sent is taken back', async () => {
    const { coordinator, request, said, worker } = await bench();
    const { run } = await coordinator({ hasAgent: false });
    const stop = new AbortController();
    // Its fence is journaled right before it is put into the queue.
    const running = run(request('T-1'), {
      signal: stop.signal,
      issueFence: async () => {
        stop.abort();
        return 1;
      },
    });
    expect(await running).toMatchObject({ outcome: 'interrupted' });
    await worker('w1');
    expect(await run(request('T-2'))).toMatchObject({ outcome: 'completed' });
    expect(said.some((line) => line.startsWith('T-1'))).toBe(false);
  });

  test('a worker that is asked to drain finishes what it does, takes nothing more and leaves', async () => {
    const { coordinator, request, worker, redis, script, agent } = await bench();
    const one = await worker('w1');
    script(`until [ -e "${agent}.go" ]; do sleep 0.05; done; echo x > src/x.txt`);
    const { run } = await coordinator();
    const running = run(request('T-1'));
    await until(async () => (await workersOf(redis.address))[0]?.activity?.attempts.length === 1);
    expect(await tellWorker(redis.address, 'w1', 'drain')).toBe(true);
    expect(await tellWorker(redis.address, 'nobody', 'drain')).toBe(false);
    await until(async () => (await workersOf(redis.address))[0]?.activity?.draining);
    writeFileSync(`${agent}.go`, '');
    expect(await running).toMatchObject({ outcome: 'completed' });
    await one.over;
    expect(await workersOf(redis.address)).toEqual([]);
  });
});
