import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openCommitQueue, type Step } from '../../src/index.ts';
import { commitAll, put, userGit } from '@sage/test-support/repository';
import {
  landAll,
  MAIN,
  pins,
  queueOn,
  repositoryWith,
  status,
  subjects,
  tip,
  workCommit,
} from '../fixture.ts';

const count = (steps: readonly Step[], step: Step) => steps.filter((each) => each === step).length;

test('many entries land as a commit each, with one move of the target', async () => {
  const steps: Step[] = [];
  const { repository, queue, add } = await queueOn({ a: '1\n' }, { onStep: (step) => void steps.push(step) });
  const base = tip(repository);
  for (const name of ['x', 'y', 'z']) await add(name, { [name]: name }, base);
  const landed = await landAll(queue);
  expect(landed.map(({ state }) => state)).toEqual(['landed', 'landed', 'landed']);
  expect(landed.map((entry) => entry.landed).toReversed()).toEqual(
    userGit(repository.root, 'rev-list', `${base}..${MAIN}`).split('\n'),
  );
  expect(count(steps, 'target-moved')).toBe(1);
  expect(userGit(repository.root, 'reflog', 'show', 'main').split('\n')).toHaveLength(2);
  expect(userGit(repository.root, 'log', '-1', '--format=%an %cn')).toBe('Una User Una User');
  expect(subjects(repository)).toEqual(['feat: z', 'feat: y', 'feat: x', 'first']);
  expect(status(repository)).toBe('');
  expect(pins(repository)).toEqual([]);
  userGit(repository.root, 'fsck', '--strict', '--no-dangling');
});

test('a conflict in the middle is judged against what has really landed', async () => {
  const { repository, queue, add } = await queueOn({ a: '1\n' });
  const base = tip(repository);
  for (const [name, change] of [
    ['one', { x: '1' }],
    ['two', { a: '2\n' }],
    ['three', { a: '3\n' }],
    ['four', { y: '1' }],
    ['five', { z: '1' }],
  ] as const)
    await add(name, change, base);
  const changed = await landAll(queue);
  expect(changed.map(({ state }) => state)).toEqual(['landed', 'landed', 'conflicted', 'landed', 'landed']);
  expect(changed[2]?.conflict).toEqual({ files: ['a'], tickets: ['two'] });
  expect(status(repository)).toBe('');
});

test('what a person commits while a group is made is kept below it', async () => {
  const repository = await repositoryWith({ a: '1\n' });
  let once = true;
  const queue = await openCommitQueue({
    repository,
    onStep: (step) => {
      if (step !== 'chain-built' || !once) return;
      once = false;
      commitAll(repository.root, { human: 'h' }, 'human');
    },
  });
  const base = tip(repository);
  const works = ['x', 'y'].map((name) => ({
    ticket: name,
    target: MAIN,
    message: name,
    base,
    commit: workCommit(repository, { [name]: name }, base),
  }));
  await queue.enqueueAll(works);
  await landAll(queue);
  expect(subjects(repository)).toEqual(['y', 'x', 'human', 'first']);
  expect(status(repository)).toBe('');
});

test('a group whose intent is unreadable is known by its trailers', async () => {
  const { repository, queue, add } = await queueOn({ a: '1\n' });
  const base = tip(repository);
  for (const name of ['x', 'y']) await add(name, { [name]: name }, base);
  const files = ['00000001.json', '00000002.json'].map((name) =>
    join(repository.root, '.sage/commit-queue', name),
  );
  const before = files.map((file) => readFileSync(file));
  await landAll(queue);
  const after = tip(repository);
  for (const [n, file] of files.entries()) writeFileSync(file, before[n] ?? '');
  writeFileSync(join(repository.root, '.sage/commit-queue/intent.json'), '{"target": "refs/he');
  expect((await landAll(queue)).map(({ state }) => state)).toEqual(['landed', 'landed']);
  expect(tip(repository)).toBe(after);
});

test('works at once share one transaction, in their order; a bad one is refused alone', async () => {
  const steps: Step[] = [];
  const { repository, queue } = await queueOn({ a: '1\n' }, { onStep: (step) => void steps.push(step) });
  const base = tip(repository);
  const works = Array.from('abcdefghij').map((name) => ({
    ticket: name,
    target: MAIN,
    message: name,
    base,
    commit: workCommit(repository, { [`f-${name}`]: name }, base),
  }));
  const bad = { ...works[0], ticket: 'BAD', commit: 'f'.repeat(40), target: MAIN, message: 'm', base };
  const results = await Promise.allSettled(
    [...works, bad, works[3]].map((work) => queue.enqueue(work ?? bad)),
  );
  expect(
    results.map((result) => (result.status === 'fulfilled' ? result.value.sequence : 'refused')),
  ).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 'refused', 4]);
  expect(count(steps, 'pinned')).toBe(1);
  expect(pins(repository)).toHaveLength(10);
  expect((await queue.enqueueAll(works.slice(0, 2))).map(({ sequence }) => sequence)).toEqual([1, 2]);
  await expect(queue.enqueueAll([bad])).rejects.toMatchObject({ code: 'BAD_COMMIT' });
  expect(await landAll(queue)).toHaveLength(10);
});

test('where one of many would overlap a changed file, those before it land', async () => {
  const { repository, queue, add } = await queueOn({ a: '1\n', b: '1\n' });
  const base = tip(repository);
  for (const [name, change] of [
    ['one', { x: '1' }],
    ['two', { a: '2\n' }],
    ['three', { y: '1' }],
  ] as const)
    await add(name, change, base);
  put(repository.root, { a: 'mine\n' });
  await expect(landAll(queue)).rejects.toMatchObject({ code: 'DIRTY_OVERLAP', paths: ['a'] });
  expect(subjects(repository)).toEqual(['feat: one', 'first']);
  expect(status(repository)).toBe(' M a');
});
