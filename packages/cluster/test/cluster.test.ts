import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasRedis } from '@sage/test-support/redis';
import { describe, expect, test } from 'vitest';
import { ClusterError, runWorker } from '../src/index.ts';
import { jobId } from '../src/protocol/names.ts';
import { bench, until } from './two-machines.ts';

describe.skipIf(!hasRedis)('workers of other machines (Redis)', () => {
  test('an attempt is worked on elsewhere: its commit, its output and its figures come back', async () => {
    const { worker, coordinator, request, git, base, repository, notices, runId } = await bench();
    await worker('w1');
    const { run, pool, close } = await coordinator();
    const seen: (string | undefined)[] = [];
    const result = await run(request('T-1'), { onReport: ({ activity }) => seen.push(activity) });
    expect(result).toMatchObject({ outcome: 'completed', changedFiles: ['src/T-1.txt'], exitCode: 0 });
    expect(git('rev-list', '--parents', '-1', String(result.commit))).toBe(`${result.commit} ${base}`);
    expect(git('log', '-1', '--format=%an %s', String(result.commit))).toBe('Una User feat: T-1');
    const log = pool.logOf({ run: runId, ticket: 'T-1', attempt: 1 });
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
    const { coordinator, request, worker, notices, said, runId } = await bench();
    await worker('plain');
    const { run } = await coordinator();
    const running = run(request('T-1', { labels: ['gpu'] }));
    await until(() =>
      notices.find((line) => line === 'T-1 waits for a worker with agent command, label gpu'),
    );
    await worker('strong', { labels: ['gpu', 'linux'] });
    expect(await running).toMatchObject({ outcome: 'completed' });
    expect(said.filter((line) => line === `T-1: attempt 1 of run ${runId}`)).toHaveLength(1);
  });

  test('what needs labels waits for a free slot that has them, and takes it before what any worker can do', async () => {
    const { coordinator, request, worker, notices, said, script, agent, runId } = await bench();
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
    expect(said).toContain(`T-2: attempt 1 of run ${runId}`);
    await until(() => (pool.slots ?? 0) === 2);
    expect(pool.hasRoomFor?.('T-3', gpu)).toBe(false);
    writeFileSync(`${agent}.go`, '');
    await Promise.all([...plain, special]);
    expect(pool.hasRoomFor?.('T-3', gpu)).toBe(true);
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

  test('a check runs on a worker where that is asked for, at exactly the commit, and its last lines come back', async () => {
    const { coordinator, request, worker, repository, said, runId } = await bench();
    const { pool } = await coordinator();
    const { base: commit } = request('T-1');
    const command = 'pwd; git rev-parse HEAD; test -e src/a.txt';
    const here = await pool.check({ run: runId, command, commit, elsewhere: true });
    expect(here).toMatchObject({ ok: true });
    await worker('w1');
    await until(() => (pool.slots ?? 0) > 0);
    const there = await pool.check({ run: runId, command, commit, elsewhere: true });
    expect(there.ok).toBe(true);
    expect(there.output).toContain(commit);
    expect(readFileSync(join(repository.root, String(there.log)), 'utf8')).toBe(`${there.output}\n`);
    const fails = await pool.check({ run: runId, command: 'echo no; false', commit, elsewhere: true });
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
