import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openCommitQueue, type Candidate } from '../../src/index.ts';
import { commitAll, userGit } from '@sage/test-support/repository';
import { landAll, MAIN, pins, queueOn, repositoryWith, subjects, tip, workCommit } from '../fixture.ts';

test('a failed verify rejects with its last output, keeps the work, and the next one lands', async () => {
  const seen: Candidate[] = [];
  const verify = (candidate: Candidate) => {
    seen.push(candidate);
    return Promise.resolve({ ok: candidate.entry.ticket !== 'BAD', output: `${'x'.repeat(20_000)}the end` });
  };
  const { repository, queue, add } = await queueOn({ a: '1' }, { verify });
  const base = tip(repository);
  const bad = await add('BAD', { b: '1' }, base);
  await add('GOOD', { c: '1' }, base);
  const [rejected, landed] = await landAll(queue);
  expect(rejected).toMatchObject({ state: 'rejected', reason: 'verify failed twice' });
  expect(rejected?.output?.endsWith('the end')).toBe(true);
  expect(rejected?.output?.length).toBeLessThan(10_000);
  expect(seen.map(({ entry }) => entry.ticket)).toEqual(['BAD', 'BAD', 'GOOD']);
  expect(landed?.landed).toBe(seen[2]?.commit);
  expect(tip(repository)).toBe(seen[2]?.commit);
  expect(userGit(repository.root, 'rev-parse', `${seen[2]?.commit}^`)).toBe(seen[2]?.parent);
  expect(pins(repository)).toEqual([`refs/sage/queue/${bad.id}`]);
  expect(await queue.retry(bad.id)).not.toHaveProperty('output');
});

test('what a person commits between merge and swap is kept, and verify runs again on the new result', async () => {
  const repository = await repositoryWith({ a: '1' });
  const verified: string[] = [];
  const queue = await openCommitQueue({
    repository,
    verify: ({ commit }) => {
      if (verified.push(commit) === 1) commitAll(repository.root, { human: 'h' }, 'human');
      return Promise.resolve({ ok: true, output: '' });
    },
  });
  const base = tip(repository);
  await queue.enqueue({
    ticket: 'T',
    target: MAIN,
    message: 'T',
    base,
    commit: workCommit(repository, { b: '1' }),
  });
  const [entry] = await landAll(queue);
  expect(subjects(repository)).toEqual(['T', 'human', 'first']);
  expect(verified).toHaveLength(2);
  expect(entry?.landed).toBe(verified[1]);
  expect(userGit(repository.root, 'status', '--porcelain')).toBe('');
});

test('a target that never rests stops the queue with the entry still queued', async () => {
  const repository = await repositoryWith({ a: '1' });
  let n = 0;
  const queue = await openCommitQueue({
    repository,
    verify: () => {
      n += 1;
      const tree = userGit(repository.root, 'rev-parse', 'main^{tree}');
      userGit(
        repository.root,
        'update-ref',
        MAIN,
        userGit(repository.root, 'commit-tree', tree, '-p', 'main', '-m', `n${n}`),
      );
      return Promise.resolve({ ok: true, output: '' });
    },
  });
  const base = tip(repository);
  await queue.enqueue({
    ticket: 'T',
    target: MAIN,
    message: 'T',
    base,
    commit: workCommit(repository, { b: '1' }),
  });
  await expect(landAll(queue)).rejects.toMatchObject({ code: 'TARGET_BUSY' });
  expect(await queue.stats()).toMatchObject({ queued: 1 });
});

test('a verify that throws ends the run with its error, nothing moved, and the lock free', async () => {
  const { repository, queue, add } = await queueOn(
    { a: '1' },
    { verify: () => Promise.reject(new Error('no disk')) },
  );
  await add('T', { b: '1' });
  await expect(landAll(queue)).rejects.toThrow('no disk');
  expect(subjects(repository)).toEqual(['first']);
  const again = await openCommitQueue({ repository, lockTimeout: 0 });
  expect((await landAll(again)).map(({ state }) => state)).toEqual(['landed']);
});

test('several at a time: each on the ones before it, the bad are rejected after two tries, the rest land', async () => {
  const verified: Candidate[] = [];
  let running = 0;
  let widest = 0;
  const failures = new Map<string, number>();
  const repository = await repositoryWith({ a: '1' });
  const bad = (ticket: string) => ticket === 'BAD' || (ticket === 'FLAKY' && !failures.has('FLAKY'));
  const queue = await openCommitQueue({
    repository,
    verifySlots: 3,
    verify: async (candidate) => {
      verified.push(candidate);
      running += 1;
      widest = Math.max(widest, running);
      const names = userGit(repository.root, 'ls-tree', '--name-only', candidate.commit).split('\n');
      await Promise.resolve();
      running -= 1;
      const failing = names.filter((name) => bad(name));
      for (const name of failing) failures.set(name, (failures.get(name) ?? 0) + 1);
      return { ok: failing.length === 0, output: failing.join() };
    },
  });
  const base = tip(repository);
  const tickets = ['ONE', 'FLAKY', 'TWO', 'BAD', 'THREE'];
  for (const ticket of tickets) {
    const commit = workCommit(repository, { [ticket]: ticket }, base);
    await queue.enqueue({ ticket, target: MAIN, message: ticket, base, commit });
  }
  const changed = await landAll(queue);
  expect(Object.fromEntries(changed.map(({ ticket, state }) => [ticket, state]))).toEqual({
    ONE: 'landed',
    FLAKY: 'landed',
    TWO: 'landed',
    THREE: 'landed',
    BAD: 'rejected',
  });
  expect(changed.filter(({ flaky }) => flaky).map(({ ticket }) => ticket)).toEqual(['FLAKY']);
  // What stands at the tip was verified itself, and so was each commit below it.
  const green = new Set(verified.map(({ commit }) => commit));
  const landed = userGit(repository.root, 'rev-list', `${base}..${MAIN}`).split('\n');
  expect(landed).toHaveLength(4);
  expect(landed.every((commit) => green.has(commit))).toBe(true);
  expect(userGit(repository.root, 'ls-tree', '--name-only', MAIN)).not.toContain('BAD');
  expect(userGit(repository.root, 'status', '--porcelain')).toBe('');
});

test('a tree that has passed is not verified again with the same key, one that failed is', async () => {
  const seen: string[] = [];
  const verify = ({ entry, tree }: Candidate) => {
    seen.push(tree);
    return Promise.resolve({ ok: entry.ticket !== 'BAD', output: '' });
  };
  const { repository, queue, add } = await queueOn({ a: '1' }, { verify, verifyKey: 'npm test' });
  const base = tip(repository);
  await add('T', { b: '1' }, base);
  await landAll(queue);
  userGit(repository.root, 'reset', '--quiet', '--hard', base);
  await add('AGAIN', { b: '1' }, base);
  expect(await landAll(queue)).toMatchObject([{ ticket: 'AGAIN', state: 'landed' }]);
  expect(seen).toHaveLength(1);
  const bad = await add('BAD', { c: '1' });
  await landAll(queue);
  await queue.retry(bad.id);
  await landAll(queue);
  expect(seen).toHaveLength(5);
  const other = await openCommitQueue({ repository, verify, verifyKey: 'npm run lint' });
  userGit(repository.root, 'reset', '--quiet', '--hard', base);
  await add('THIRD', { b: '1' }, base);
  await landAll(other);
  expect(seen).toHaveLength(6);
});

test.each(['chain', 'batch'] as const)(
  'where a changed file is in the way, a %s lands commits only that have passed themselves',
  async (verifyMode) => {
    const green: string[] = [];
    const verify = ({ commit }: Candidate) => {
      green.push(commit);
      return Promise.resolve({ ok: true, output: '' });
    };
    const options = { verify, verifyMode, verifySlots: 3 };
    const { repository, queue, add } = await queueOn({ a: '1\n' }, options);
    const base = tip(repository);
    await add('ONE', { x: '1' }, base);
    await add('TWO', { a: '2\n' }, base);
    writeFileSync(join(repository.root, 'a'), 'mine\n');
    await expect(landAll(queue)).rejects.toMatchObject({ code: 'DIRTY_OVERLAP', paths: ['a'] });
    expect([base, ...green]).toContain(tip(repository));
    writeFileSync(join(repository.root, 'a'), '1\n');
    await landAll(queue);
    expect(subjects(repository)).toEqual(['feat: TWO', 'feat: ONE', 'first']);
    expect(green).toContain(tip(repository));
  },
);

test.each(['chain', 'batch'] as const)(
  'asked to stop during a verify (%s): nothing lands',
  async (verifyMode) => {
    const stop = new AbortController();
    const verify = async () => {
      stop.abort();
      return { ok: true, output: '' };
    };
    const { repository, queue, add } = await queueOn({ a: '1' }, { verify, verifyMode });
    await add('T', { b: '1' });
    expect(await landAll(queue, { signal: stop.signal })).toEqual([]);
    expect(await queue.stats()).toMatchObject({ queued: 1 });
    expect(subjects(repository)).toEqual(['first']);
  },
);
