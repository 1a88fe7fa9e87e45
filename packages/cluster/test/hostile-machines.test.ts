import { hasRedis } from '@sage/test-support/redis';
import { describe, expect, test } from 'vitest';
import { openBroker } from '../src/broker/broker.ts';
import { queueName } from '../src/protocol/names.ts';
import { bench, until } from './two-machines.ts';

describe.skipIf(!hasRedis)('machines that lie (Redis)', () => {
  test('a result that is forged is not taken: another commit, another fence, what no work may contain', async () => {
    const { coordinator, request, redis, git, base, repository } = await bench();
    const broker = await openBroker(redis.address);
    const { run } = await coordinator({ hasAgent: false });
    const taker = broker.taker(queueName(['agent:command']), 60_000, 'forger');
    const forge = async (ticket: string, answer: object, push?: string) => {
      const running = run(request(ticket));
      const job = await until(() => taker.getNextJob('t', { block: false }));
      const { fence, resultRef } = job.data as { fence: number; resultRef: string };
      if (push !== undefined) git('push', '--quiet', 'origin', `${push}:${resultRef}`);
      const told = { ignoredFiles: [], drift: [], exitCode: 0, seconds: 1, output: 0 };
      const full = { v: 1, fence, worker: 'forger', outcome: 'completed', ...told, ...answer };
      await job.moveToCompleted(full, 't', false);
      const { outcome, reason, commit } = await running;
      return { outcome, reason, commit };
    };
    const stranger = git('commit-tree', `${base}^{tree}`, '-m', 'no parent');
    const other = git('commit-tree', `${base}^{tree}`, '-p', base, '-m', 'other');
    repository.commit({ 'tickets.json': 'forged' });
    const forbidden = git('rev-parse', 'HEAD');
    const refused = (reason: string) => ({
      outcome: 'machine-failed',
      reason: expect.stringContaining(`the result of worker forger is refused: ${reason}`),
      commit: undefined,
    });
    expect(await forge('T-1', { head: other })).toEqual(
      refused('refs/sage/work/T-1/1-1 is not on the remote'),
    );
    expect(await forge('T-2', { head: other }, stranger)).toEqual(refused('refs/sage/work/T-2/1-2 is'));
    expect(await forge('T-3', { head: stranger }, stranger)).toEqual(
      refused(`${stranger} does not descend from`),
    );
    expect(await forge('T-4', { head: forbidden }, forbidden)).toEqual(refused('it contains tickets.json'));
    expect(await forge('T-5', { fence: 99 })).toMatchObject({
      outcome: 'machine-failed',
      reason: expect.stringContaining('it is not an answer to this attempt'),
    });
    expect(await forge('T-6', { outcome: 'landed' })).toMatchObject({ outcome: 'machine-failed' });
    const flood = { outcome: 'failed', reason: 'long '.repeat(100_000) };
    expect((await forge('T-8', flood)).reason?.length).toBeLessThan(200);
    expect(await forge('T-7', { head: other }, other)).toMatchObject({ outcome: 'completed', commit: other });
    await broker.close();
  });

  test('hostile payloads in a queue are refused, and the worker goes on', async () => {
    const { coordinator, request, redis, worker, said } = await bench();
    await worker('w1');
    const broker = await openBroker(redis.address);
    const { run } = await coordinator();
    await run(request('T-0'));
    const queue = broker.queue(queueName(['agent:command']));
    const evil = { v: 1, repoUrl: 'ext::sh -c evil', ticketId: '../../x' };
    for (const payload of [evil, {}, [], 'text', null]) await queue.add('attempt', payload);
    await until(() => said.filter((line) => line.includes('what was sent is not an attempt')).length === 5);
    expect(await run(request('T-1'))).toMatchObject({ outcome: 'completed' });
    await broker.close();
  });
});
