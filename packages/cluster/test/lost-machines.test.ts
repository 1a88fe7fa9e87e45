import { writeFileSync } from 'node:fs';
import { hasRedis } from '@sage/test-support/redis';
import { describe, expect, test } from 'vitest';
import { openBroker } from '../src/broker/broker.ts';
import { queueName } from '../src/protocol/names.ts';
import { bench, until } from './two-machines.ts';

describe.skipIf(!hasRedis)('machines and brokers that are lost (Redis)', () => {
  test('an attempt whose worker is gone is interrupted, not failed, and another worker does it', async () => {
    const { coordinator, request, worker, redis, fences } = await bench();
    // A worker that takes an attempt and is never heard of again.
    const broker = await openBroker(redis.address);
    const { run } = await coordinator({ hasAgent: false, lease: 2_000 });
    const running = run(request('T-1'));
    const taker = broker.taker(queueName(['agent:command']), 2_000, 'lost');
    await until(() => taker.getNextJob('its token', { block: false }));
    await taker.startStalledCheckTimer();
    const lost = await running;
    expect(lost).toMatchObject({ outcome: 'interrupted', reason: 'worker lost is gone' });
    await worker('w2');
    expect(await run(request('T-1'))).toMatchObject({ outcome: 'completed' });
    expect(fences).toEqual([1, 2]);
    await broker.close();
  });

  test('what a worker had pushed before it was gone is kept', async () => {
    const { coordinator, request, redis, git, base } = await bench();
    const broker = await openBroker(redis.address);
    const { run } = await coordinator({ hasAgent: false, lease: 2_000 });
    const running = run(request('T-1'));
    const taker = broker.taker(queueName(['agent:command']), 2_000, 'lost');
    await until(() => taker.getNextJob('its token', { block: false }));
    const work = git('commit-tree', `${base}^{tree}`, '-p', base, '-m', 'half');
    git('push', '--quiet', 'origin', `${work}:refs/sage/work/T-1/1-1`);
    await taker.startStalledCheckTimer();
    expect(await running).toMatchObject({ outcome: 'interrupted', commit: work });
    await broker.close();
  });

  test('agents go on when their coordinator is killed, and the next one takes them up', async () => {
    const { coordinator, request, worker, script, fences, agent, said, runId } = await bench();
    await worker('w1');
    script(`until [ -e "${agent}.go" ]; do sleep 0.05; done; echo "$SAGE_TICKET_ID" > src/x.txt`);
    const first = await coordinator();
    const never = first.run(request('T-1'));
    never.catch(() => {});
    await until(() => said.some((line) => line.startsWith('T-1: attempt')));
    await first.vanish();
    const second = await coordinator();
    const cutOff = { ticket: 'T-1', base: request('T-1').base, message: 'm', attempt: 1, fence: 1 };
    await second.pool.recover(runId, [cutOff]);
    expect(second.pool.underWay?.('T-1')).toMatchObject({ attempt: 1, base: cutOff.base });
    const running = second.run(request('T-1'));
    writeFileSync(`${agent}.go`, '');
    expect(await running).toMatchObject({ outcome: 'completed', changedFiles: ['src/x.txt'] });
    expect(fences).toEqual([1]);
    expect(said.filter((line) => line === `T-1: attempt 1 of run ${runId}`)).toHaveLength(1);
  });

  test('a broker that has lost everything is told again by the journal', async () => {
    const { coordinator, request, worker, redis, fences, notices, script, agent } = await bench();
    await worker('w1');
    script(`echo "$SAGE_TICKET_ID" > src/x.txt; [ -e "${agent}.go" ] || sleep 300`);
    const { run } = await coordinator();
    const running = run(request('T-1'));
    const broker = await openBroker(redis.address);
    const queue = broker.queue(queueName(['agent:command']));
    await until(async () => (await queue.getActiveCount()) === 1);
    writeFileSync(`${agent}.go`, '');
    await broker.redis.flushall();
    expect(await running).toMatchObject({ outcome: 'completed' });
    expect(fences).toEqual([1, 2]);
    expect(notices).toContain('T-1: the broker has lost its attempt, so it is sent again');
    await broker.close();
  });

  test('a broker that is restarted within the lease loses nothing', async () => {
    const { coordinator, request, worker, redis, fences, script, agent, said } = await bench();
    await worker('w1');
    script(`echo x > src/x.txt; until [ -e "${agent}.go" ]; do sleep 0.05; done`);
    const { run } = await coordinator();
    const running = run(request('T-1'));
    await until(() => said.some((line) => line.startsWith('T-1: attempt')));
    await redis.stop();
    await redis.start();
    writeFileSync(`${agent}.go`, '');
    expect(await running).toMatchObject({ outcome: 'completed' });
    expect(fences).toEqual([1]);
  });

  test('a broker that is full, or may only be read, is named as the reason', async () => {
    const { coordinator, request, worker, redis } = await bench();
    await worker('w1');
    const { run } = await coordinator();
    const broker = await openBroker(redis.address);
    await broker.redis.config('SET', 'maxmemory', '1');
    await expect(run(request('T-1'))).rejects.toThrow(/^the broker refuses the attempt: OOM /);
    await broker.redis.config('SET', 'maxmemory', '0');
    await broker.redis.replicaof('127.0.0.1', 1);
    await expect(run(request('T-1'))).rejects.toThrow(/^the broker refuses the attempt: READONLY /);
    await broker.redis.replicaof('NO', 'ONE');
    expect(await run(request('T-1'))).toMatchObject({ outcome: 'completed' });
    await broker.close();
  });

  test('a worker that is ended gives its attempt to another one', async () => {
    const { coordinator, request, worker, script, said } = await bench();
    const one = await worker('w1');
    script('echo half > src/half.txt; sleep 300');
    const { run } = await coordinator();
    const running = run(request('T-1'));
    await until(() => said.some((line) => line.startsWith('T-1: attempt')));
    await one.stop();
    expect(await running).toMatchObject({ outcome: 'interrupted', reason: 'worker w1 ended it' });
  });

  test('a question that a killed coordinator has left open is asked by the next one', async () => {
    const { coordinator, request, worker, runId } = await bench();
    await worker('w1');
    const first = await coordinator();
    const asked = Promise.withResolvers<void>();
    const never = first.run(request('T-1'), {
      onReview() {
        asked.resolve();
        return new Promise(() => {});
      },
    });
    never.catch(() => {});
    await asked.promise;
    await first.vanish();
    const second = await coordinator();
    const cutOff = { ticket: 'T-1', base: request('T-1').base, message: 'm', attempt: 1, fence: 1 };
    await second.pool.recover(runId, [cutOff]);
    let times = 0;
    const result = await second.run(request('T-1'), {
      async onReview() {
        times += 1;
        return { verdict: 'accepted' };
      },
    });
    expect([result.outcome, times]).toEqual(['completed', 1]);
  });
});
