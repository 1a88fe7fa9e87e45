import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { hasRedis, startRedis } from '@sage/test-support/redis';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import type { Job, Worker } from 'bullmq';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Broker, openBroker } from '../src/broker/broker.ts';
import { sendOutput } from '../src/broker/output-stream.ts';
import { joinRoster } from '../src/broker/roster.ts';
import { workersOf } from '../src/index.ts';
import { queueName } from '../src/protocol/names.ts';
import type { Payload } from '../src/protocol/payload.ts';
import { joinBroker } from '../src/worker/join-broker.ts';
import { bench, until } from './two-machines.ts';

const QUEUE = queueName(['agent:command']);

/** A worker that is played by the test. */
async function stranger(address: string): Promise<{ broker: Broker; taker: Worker; take(): Promise<Job> }> {
  const broker = await openBroker(address);
  onTestFinished(() => broker.close());
  const taker = broker.taker(QUEUE, 60_000, 'stranger');
  const take = () => until(async () => (await taker.getNextJob('t', { block: false })) as Job | undefined);
  return { broker, taker, take };
}

describe.skipIf(!hasRedis)('workers that are not as they should be (Redis)', () => {
  test('output with an offset that no disk holds is passed over, and what comes after is written', async () => {
    const { coordinator, request, redis, repository } = await bench();
    const { broker, take } = await stranger(redis.address);
    const { run, pool } = await coordinator({ hasAgent: false });
    const running = run(request('T-1'));
    const job = await take();
    const { fence, runId } = job.data as Payload;
    const chunk = { job: String(job.id), fence, data: Buffer.from('said\n') };
    for (const offset of [Number.MAX_SAFE_INTEGER, 2 ** 42])
      await sendOutput(broker.redis, runId, { ...chunk, offset });
    await sendOutput(broker.redis, runId, { ...chunk, offset: 0 });
    const told = { ignoredFiles: [], drift: [], exitCode: 0, seconds: 1 };
    const answer = { v: 1, fence, worker: 'stranger', outcome: 'failed', output: chunk.data.length, ...told };
    await job.moveToCompleted(answer, 't', false);
    await running;
    const log = join(repository.root, pool.logOf({ run: runId, ticket: 'T-1', attempt: 1 }));
    expect(readFileSync(log, 'utf8')).toBe('said\n');
    expect(statSync(log).size).toBe(5);
  });

  test('a refusal names its worker, and no more of its reason is kept than a person reads', async () => {
    const { coordinator, request, redis } = await bench();
    const { take } = await stranger(redis.address);
    const { run } = await coordinator({ hasAgent: false });
    const running = run(request('T-1'));
    const job = await take();
    await job.moveToFailed(new Error('no disk '.repeat(100_000)), 't', false);
    const { reason = '' } = await running;
    expect(reason).toMatch(/^worker stranger: no disk /);
    expect(reason.length).toBeLessThan(5_000);
  });

  test('an attempt that is delivered once more, under another id, is not worked on', async () => {
    const { coordinator, request, redis, worker, said } = await bench();
    const { broker, take } = await stranger(redis.address);
    const { run } = await coordinator({ hasAgent: false });
    const running = run(request('T-1'));
    const job = await take();
    await worker('one');
    await broker.queue(QUEUE).add('attempt', job.data as Payload, { jobId: `${job.id}.again` });
    const refusal = `${job.id}.again is refused: ${job.id} is the id of this attempt`;
    await until(async () => (said.includes(refusal) ? true : undefined));
    expect(said.join('\n')).not.toContain('T-1: attempt 1');
    await job.moveToFailed(new Error('over'), 't', false);
    await running;
  });

  test('a result stays where a worker with a clock two days ahead ends another job', async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const { broker, take } = await stranger(redis.address);
    const queue = broker.queue(QUEUE);
    for (const jobId of ['early', 'late']) await queue.add('attempt', {}, { jobId });
    await (await take()).moveToCompleted('the result', 't', false);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * 86_400_000 });
    onTestFinished(() => void vi.useRealTimers());
    await (await take()).moveToCompleted('another', 't', false);
    expect(((await queue.getJob('early')) as Job | undefined)?.returnvalue).toBe('the result');
  });

  test('a machine that is called as this one keeps the name of its worker', async () => {
    const { redis, worker } = await bench();
    await worker('mine');
    const [mine] = await workersOf(redis.address);
    const description = mine?.description;
    if (!description) throw new Error('it has not joined');
    const { broker } = await stranger(redis.address);
    // No process has such an id here.
    const other = {
      ...description,
      name: 'box',
      host: hostname(),
      machine: `${hostname()} elsewhere`,
      pid: 2 ** 30,
    };
    expect(await joinRoster(broker.redis, other)).toBe(true);
    const { signal } = new AbortController();
    const joined = await joinBroker(broker.redis, { ...description, name: 'box' }, true, signal);
    expect(joined?.name).toBe('box-2');
    // A name that would write over a terminal is nobody's.
    await joinRoster(broker.redis, { ...description, name: 'evil\u001B[2J' });
    expect((await workersOf(redis.address)).map(({ description: { name } }) => name)).toEqual([
      'box',
      'box-2',
      'mine',
    ]);
    // One that was killed on this machine gives its name back.
    await joinRoster(broker.redis, { ...description, name: 'dead', pid: 2 ** 30 });
    const after = await joinBroker(broker.redis, { ...description, name: 'dead' }, true, signal);
    expect(after?.name).toBe('dead');
  });

  test('workers of one name for two brokers leave each other alone', async () => {
    const { coordinator, request, worker, script, agent } = await bench();
    const other = await startRedis();
    onTestFinished(() => other.stop());
    const folder = temporaryFolder();
    await worker('box', { folder });
    script(`echo x > src/x.txt; touch "${agent}.began"; until [ -e "${agent}.go" ]; do sleep 0.05; done`);
    const { run } = await coordinator();
    const running = run(request('T-1'));
    await until(() => existsSync(`${agent}.began`));
    await worker('box', { folder, broker: other.address });
    writeFileSync(`${agent}.go`, '');
    expect(await running).toMatchObject({ outcome: 'completed', changedFiles: ['src/x.txt'] });
  });

  test('a repository with SHA-256 ids is worked on elsewhere', async () => {
    const { coordinator, request, worker } = await bench('--object-format=sha256');
    await worker('w1');
    const { run } = await coordinator();
    const { outcome, commit } = await run(request('T-1'));
    expect([outcome, commit?.length]).toEqual(['completed', 64]);
  });
});
