import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasRedis } from '@sage/test-support/redis';
import { describe, expect, test } from 'vitest';
import { openBroker } from '../src/broker/broker.ts';
import { ClusterError, runWorker, tellWorker, workersOf } from '../src/index.ts';
import { jobId, queueName } from '../src/protocol/names.ts';
import { bench, until } from './two-machines.ts';

describe.skipIf(!hasRedis)('workers of other machines (Redis)', () => {
  test('an attempt is worked on elsewhere: its commit, its output and its figures come back', async () => {
    const { worker, coordinator, request, git, base, repository, notices } = await bench();
    await worker('w1');
    const { run, pool, close } = await coordinator();
    const seen: (string | undefined)[] = [];
    const result = await run(request('T-1'), { onReport: ({ activity }) => seen.push(activity) });
    expect(result).toMatchObject({ outcome: 'completed', changedFiles: ['src/T-1.txt'], exitCode: 0 });
    expect(git('rev-list', '--parents', '-1', String(result.commit))).toBe(`${result.commit} ${base}`);
    expect(git('log', '-1', '--format=%an %s', String(result.commit))).toBe('Una User feat: T-1');
    const log = pool.logOf({ run: 'run-1', ticket: 'T-1', attempt: 1 });
    expect(readFileSync(join(repository.root, log), 'utf8')).toBe('working on T-1\n');
    expect(await pool.outputTail(log)).toEqual(['working on T-1']);
    expect(seen).toContain('on w1');
    expect(notices).toContainEqual(expect.stringContaining('worker w1 has joined with 1 slot'));
    await close();
    // Nothing of it stays on the remote, and nothing but what was kept in the repository.
    expect(git('ls-remote', 'origin', 'refs/sage/*')).toBe('');
    expect(git('for-each-ref', 'refs/sage')).toBe('');
  });

  test('while no worker has joined this machine works', async () => {
    const { coordinator, request, notices, fences } = await bench();
    const { run } = await coordinator();
    expect(await run(request('T-1'))).toMatchObject({ outcome: 'completed' });
    expect(notices).toContain('no worker has joined yet: tickets start on this machine until one does');
    expect(fences).toEqual([]);
  });

  test('a ticket with labels waits for a worker that has them', async () => {
    const { coordinator, request, worker, notices, said } = await bench();
    await worker('plain');
    const { run } = await coordinator();
    const running = run(request('T-1', { labels: ['gpu'] }));
    await until(() =>
      notices.find((line) => line === 'T-1 waits for a worker with agent command, label gpu'),
    );
    await worker('strong', { labels: ['gpu', 'linux'] });
    expect(await running).toMatchObject({ outcome: 'completed' });
    expect(said.filter((line) => line === 'T-1: attempt 1 of run run-1')).toHaveLength(1);
  });

  test('what needs labels waits for a free slot that has them, and takes it before what any worker can do', async () => {
    const { coordinator, request, worker, notices, said, script, agent } = await bench();
    script(`echo "$SAGE_TICKET_ID" > "src/x.txt"; until [ -e "${agent}.go" ]; do sleep 0.05; done`);
    await worker('plain');
    const { run, pool } = await coordinator({ hasAgent: false });
    const gpu = { labels: ['gpu'] };
    expect(pool.hasRoomFor?.('T-1', {})).toBe(true);
    expect(pool.hasRoomFor?.('T-2', gpu)).toBe(false);
    expect(pool.hasRoomFor?.('T-3', gpu)).toBe(false);
    expect(notices.filter((line) => line.includes('label gpu'))).toEqual([
      'T-2 waits for a worker with agent command, label gpu',
    ]);
    const plain = ['P-1', 'P-2'].map((id) => run(request(id)));
    await until(() => said.some((line) => line.includes(': attempt 1')));
    const special = run(request('T-2', gpu));
    await worker('strong', { labels: ['gpu'] });
    await until(() => said.filter((line) => line.includes(': attempt 1')).length === 2);
    expect(said).toContain('T-2: attempt 1 of run run-1');
    await until(() => (pool.slots ?? 0) === 2);
    expect(pool.hasRoomFor?.('T-3', gpu)).toBe(false);
    writeFileSync(`${agent}.go`, '');
    await Promise.all([...plain, special]);
    expect(pool.hasRoomFor?.('T-3', gpu)).toBe(true);
  });

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

  test('an attempt that runs is stopped, and what it has done comes back', async () => {
    const { coordinator, request, worker, script } = await bench();
    await worker('w1');
    script('echo half > src/half.txt; echo ready; sleep 300');
    const { run, pool } = await coordinator();
    const stop = new AbortController();
    const running = run(request('T-1'), { signal: stop.signal });
    const log = pool.logOf({ run: 'run-1', ticket: 'T-1', attempt: 1 });
    await until(async () => (await pool.outputTail(log)).includes('ready'));
    stop.abort();
    expect(await running).toMatchObject({ outcome: 'interrupted', changedFiles: ['src/half.txt'] });
  });

  test('an attempt that is to end at once is interrupted, and what it has done stays on its worker', async () => {
    const { coordinator, request, worker, script } = await bench();
    await worker('w1');
    script("trap '' TERM; echo half > src/half.txt; echo ready; while :; do sleep 0.1; done");
    const { run, pool } = await coordinator();
    const stop = new AbortController();
    const kill = new AbortController();
    const running = run(request('T-1'), { signal: stop.signal, killSignal: kill.signal });
    const log = pool.logOf({ run: 'run-1', ticket: 'T-1', attempt: 1 });
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

  test('agents go on when their coordinator is killed, and the next one takes them up', async () => {
    const { coordinator, request, worker, script, fences, agent, said } = await bench();
    await worker('w1');
    script(`until [ -e "${agent}.go" ]; do sleep 0.05; done; echo "$SAGE_TICKET_ID" > src/x.txt`);
    const first = await coordinator();
    const never = first.run(request('T-1'));
    never.catch(() => {});
    await until(() => said.some((line) => line.startsWith('T-1: attempt')));
    await first.vanish();
    const second = await coordinator();
    const cutOff = { ticket: 'T-1', base: request('T-1').base, message: 'm', attempt: 1, fence: 1 };
    await second.pool.recover('run-1', [cutOff]);
    expect(second.pool.underWay?.('T-1')).toMatchObject({ attempt: 1, base: cutOff.base });
    const running = second.run(request('T-1'));
    writeFileSync(`${agent}.go`, '');
    expect(await running).toMatchObject({ outcome: 'completed', changedFiles: ['src/x.txt'] });
    expect(fences).toEqual([1]);
    expect(said.filter((line) => line === 'T-1: attempt 1 of run run-1')).toHaveLength(1);
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

  test('a person looks at the work while its agent waits, and sends it back with a word', async () => {
    const { coordinator, request, worker, script } = await bench();
    await worker('w1');
    script('echo more >> src/a.txt');
    const { run } = await coordinator();
    const asked: string[][] = [];
    const result = await run(request('T-1'), {
      async onReview({ changedFiles }) {
        asked.push([...changedFiles]);
        return asked.length === 1 ? { verdict: 'sent-back', comment: 'once more' } : { verdict: 'accepted' };
      },
    });
    expect(result).toMatchObject({ outcome: 'completed', changedFiles: ['src/a.txt'] });
    expect(asked).toEqual([['src/a.txt'], ['src/a.txt']]);
  });

  test('a question that a killed coordinator has left open is asked by the next one', async () => {
    const { coordinator, request, worker } = await bench();
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
    await second.pool.recover('run-1', [cutOff]);
    let times = 0;
    const result = await second.run(request('T-1'), {
      async onReview() {
        times += 1;
        return { verdict: 'accepted' };
      },
    });
    expect([result.outcome, times]).toEqual(['completed', 1]);
  });

  test('a check runs on a worker where that is asked for, at exactly the commit, and its last lines come back', async () => {
    const { coordinator, request, worker, repository, said } = await bench();
    const { pool } = await coordinator();
    const { base: commit } = request('T-1');
    const command = 'pwd; git rev-parse HEAD; test -e src/a.txt';
    const here = await pool.check({ run: 'run-1', command, commit, elsewhere: true });
    expect(here).toMatchObject({ ok: true });
    await worker('w1');
    await until(() => (pool.slots ?? 0) > 0);
    const there = await pool.check({ run: 'run-1', command, commit, elsewhere: true });
    expect(there.ok).toBe(true);
    expect(there.output).toContain(commit);
    expect(readFileSync(join(repository.root, String(there.log)), 'utf8')).toBe(`${there.output}\n`);
    const fails = await pool.check({ run: 'run-1', command: 'echo no; false', commit, elsewhere: true });
    expect(fails).toMatchObject({ ok: false, output: 'no' });
    expect(said).toContain(`check of ${commit.slice(0, 10)}: it fails`);
  });

  test('names are unique, and what cannot be used says so in one line', async () => {
    const { worker, redis, agent } = await bench();
    await worker('w1');
    const stop = new AbortController();
    const join1 = (options: object) =>
      runWorker({
        broker: redis.address,
        slots: 1,
        version: '0.0.0',
        agent: { command: agent },
        stop: stop.signal,
        killSignal: stop.signal,
        onNotice: () => {},
        ...options,
      });
    await expect(join1({ broker: 'http://example.org' })).rejects.toThrow(ClusterError);
    await expect(join1({ broker: 'redis://user:hidden@127.0.0.1:1' })).rejects.toThrow(
      /^broker redis:\/\/127\.0\.0\.1:1 cannot be used: .*ECONNREFUSED/,
    );
    await expect(join1({ agent: { command: '/nowhere/agent' } })).rejects.toThrow(/not found/);
    expect(existsSync('/nowhere')).toBe(false);
  });

  test('the id of a job says run, ticket and attempt', () => {
    expect(jobId('run', 'T-1', 2)).toBe('run.T-1.2');
  });
});
