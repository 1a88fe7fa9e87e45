import { readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fs from 'node:fs';
import * as isogit from 'isomorphic-git';
import { expect, test } from 'vitest';
import { openCommitQueue } from '../../src/index.ts';
import { commitAll, put, userGit } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
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

test('one enqueue and one process give one commit, as an independent reader sees it', async () => {
  const { repository, queue, add } = await queueOn({ a: '1' });
  const before = tip(repository);
  const entry = await add('PAR-001', { b: 'new' });
  expect(entry).toMatchObject({ state: 'queued', sequence: 1, ticket: 'PAR-001', base: before });
  expect(pins(repository)).toEqual([`refs/sage/queue/${entry.id}`]);
  const [landed] = await landAll(queue);
  expect(landed).toMatchObject({ id: entry.id, state: 'landed', landed: tip(repository) });
  expect(await landAll(queue)).toEqual([]);

  const log = await isogit.log({ fs, dir: repository.root, ref: 'main' });
  expect(log.map(({ oid }) => oid)).toEqual([tip(repository), before]);
  const commit = log[0]?.commit;
  expect(commit?.message).toBe(`feat: PAR-001\n\nSage-Ticket: PAR-001\nSage-Entry: ${entry.id}\n`);
  expect(commit?.author.name).toBe('Una User');
  const { blob } = await isogit.readBlob({ fs, dir: repository.root, oid: tip(repository), filepath: 'b' });
  expect(Buffer.from(blob).toString()).toBe('new');
  expect(readFileSync(join(repository.root, 'b'), 'utf8')).toBe('new');
  expect(status(repository)).toBe('');
  expect(pins(repository)).toEqual([]);
});

test('entries land in the order they came, each on top of the one before', async () => {
  const { repository, queue, add } = await queueOn({ a: '1' });
  const base = tip(repository);
  for (const name of ['x', 'y', 'z']) await add(name, { [name]: name }, base);
  const other = await openCommitQueue({ repository });
  expect((await landAll(other)).map(({ ticket }) => ticket)).toEqual(['x', 'y', 'z']);
  expect(subjects(repository)).toEqual(['feat: z', 'feat: y', 'feat: x', 'first']);
  expect(await queue.stats()).toEqual({
    queued: 0,
    landed: 3,
    conflicted: 0,
    rejected: 0,
    dropped: 0,
    total: 3,
  });
});

test('a conflict keeps its work, names files and tickets, and does not hold up the next', async () => {
  const { repository, queue, add } = await queueOn({ a: '1\n', b: '1\n' });
  const base = tip(repository);
  await add('ONE', { a: '2\n' }, base);
  const entry = await add('TWO', { a: '3\n', b: '3\n' }, base);
  await add('THREE', { c: '3\n' }, base);
  const changed = await landAll(queue);
  expect(changed.map(({ state }) => state)).toEqual(['landed', 'conflicted', 'landed']);
  expect(changed[1]).toMatchObject({ conflict: { files: ['a'], tickets: ['ONE'] }, commit: entry.commit });
  expect(changed[1]?.reason).toContain('CONFLICT');
  expect(pins(repository)).toEqual([`refs/sage/queue/${entry.id}`]);
  expect(userGit(repository.root, 'show', 'main:b')).toBe('1');
});

test('a conflicted entry can be tried again, or dropped and cleaned up', async () => {
  const { repository, queue, add } = await queueOn({ a: '1\n' });
  const base = tip(repository);
  await add('ONE', { a: '2\n' }, base);
  const { id } = await add('TWO', { a: '3\n' }, base);
  await landAll(queue);
  expect(await queue.retry(id)).toMatchObject({ state: 'queued' });
  expect((await queue.list({ state: 'queued' }))[0]).not.toHaveProperty('conflict');
  userGit(repository.root, 'revert', '--no-edit', 'HEAD');
  expect((await landAll(queue)).map(({ state }) => state)).toEqual(['landed']);
  await expect(queue.retry(id)).rejects.toMatchObject({ code: 'WRONG_STATE' });
  await expect(queue.drop('nope')).rejects.toMatchObject({ code: 'UNKNOWN_ENTRY', subject: 'nope' });
});

test('cleanup removes what has landed or was dropped, and keeps a landing that the target has lost', async () => {
  const { repository, queue, add } = await queueOn({ a: '1' });
  const first = await add('ONE', { b: '1' });
  await landAll(queue);
  const base = tip(repository);
  const second = await add('TWO', { c: '1' }, base);
  await landAll(queue);
  const third = await add('THREE', { d: '1' }, base);
  await queue.drop(third.id);
  expect(pins(repository)).toEqual([`refs/sage/queue/${third.id}`]);
  userGit(repository.root, 'reset', '--quiet', '--hard', base);
  expect((await queue.cleanup()).sort()).toEqual([first.id, third.id].sort());
  expect((await queue.list()).map(({ id }) => id)).toEqual([second.id]);
  expect(pins(repository)).toEqual([]);
});

test('a pin without an entry is moved aside by cleanup, not lost', async () => {
  const { repository, queue } = await queueOn({ a: '1' });
  const commit = workCommit(repository, { b: '1' });
  userGit(repository.root, 'update-ref', 'refs/sage/queue/0123', commit);
  await queue.cleanup();
  expect(pins(repository)).toEqual(['refs/sage/orphan/0123']);
  expect(tip(repository, 'refs/sage/orphan/0123')).toBe(commit);
});

test('the same work twice is one entry, queued or landed, also at the same time', async () => {
  const { repository, queue } = await queueOn({ a: '1' });
  const work = {
    ticket: 'T',
    target: MAIN,
    message: 'm',
    base: tip(repository),
    commit: workCommit(repository, { b: '1' }),
  };
  const entries = await Promise.all([1, 2, 3, 4].map(() => queue.enqueue(work)));
  const ids = new Set(entries.map(({ id }) => id));
  const listed = (await queue.list()).map(({ id }) => id);
  expect(listed).toHaveLength(1);
  expect(ids).toContain(listed[0]);
  expect(pins(repository)).toEqual([`refs/sage/queue/${listed[0]}`]);
  await landAll(queue);
  expect((await queue.enqueue(work)).state).toBe('landed');
  expect(subjects(repository)).toHaveLength(2);
});

test('work is fetched by id from another repository', async () => {
  const { repository, queue } = await queueOn({ a: '1' });
  const other = join(temporaryFolder(), 'other');
  userGit(repository.root, 'clone', '--quiet', repository.root, other);
  userGit(other, 'config', 'user.name', 'Wanda Worker');
  userGit(other, 'config', 'user.email', 'w@example.org');
  const commit = commitAll(other, { b: '1' });
  userGit(other, 'reset', '--quiet', '--hard', 'HEAD^');
  await queue.enqueue({
    ticket: 'T',
    target: MAIN,
    message: 'm',
    base: tip(repository),
    commit,
    source: other,
  });
  await landAll(queue);
  expect(userGit(repository.root, 'log', '-1', '--format=%an %cn')).toBe('Wanda Worker Una User');
});

test('a change that is there already lands as a commit of its own with the trailers', async () => {
  const { repository, queue, add } = await queueOn({ a: '1' });
  const base = tip(repository);
  await add('T', { b: '1' }, base);
  commitAll(repository.root, { b: '1' }, 'by hand');
  const [entry] = await landAll(queue);
  expect(entry).toMatchObject({ state: 'landed', landed: tip(repository) });
  expect(subjects(repository)).toEqual(['feat: T', 'by hand', 'first']);
  expect(userGit(repository.root, 'diff', '--stat', 'HEAD^', 'HEAD')).toBe('');
});

test('what cannot be work is refused with its reason', async () => {
  const { repository, queue } = await queueOn({ a: '1' });
  const base = tip(repository);
  const commit = workCommit(repository, { b: '1' });
  const good = { ticket: 'T', target: MAIN, message: 'm', base, commit };
  await expect(queue.enqueue({ ...good, target: 'main' })).rejects.toMatchObject({ code: 'BAD_TARGET' });
  await expect(queue.enqueue({ ...good, target: 'refs/heads/a b' })).rejects.toMatchObject({
    code: 'BAD_TARGET',
  });
  await expect(queue.enqueue({ ...good, commit: 'f'.repeat(40) })).rejects.toMatchObject({
    code: 'BAD_COMMIT',
  });
  await expect(queue.enqueue({ ...good, base: 'nope' })).rejects.toMatchObject({ code: 'BAD_BASE' });
  await expect(queue.enqueue({ ...good, base: commit, commit: base })).rejects.toMatchObject({
    code: 'BAD_BASE',
  });
  expect(pins(repository)).toEqual([]);
});

test('tickets with any id land with a trailer of one line, and a message cannot forge one', async () => {
  const { repository, queue } = await queueOn({ a: '1' });
  const base = tip(repository);
  const ids = ['new\nline', '-rf', '', '  x ', '%0A;', '\u0001', 'ü/../x', '__proto__', '$(touch x)'];
  for (const [n, ticket] of ids.entries()) {
    const commit = workCommit(repository, { [`f${n}`]: '1' }, base);
    const message = 'feat: x\n\nSage-Ticket: OTHER\nsage-entry: 00\n\nSigned-off-by: Z <z@z>';
    await queue.enqueue({ ticket, target: MAIN, message, base, commit });
  }
  await landAll(queue);
  const { decodeTrailer } = await import('../../src/index.ts');
  const format =
    '%(trailers:key=Sage-Ticket,valueonly,separator=%x2C)|%(trailers:key=Signed-off-by,valueonly,separator=%x2C)';
  const log = userGit(repository.root, 'log', '--reverse', `--format=${format}`, `${base}..main`).split('\n');
  expect(log.map((line) => decodeTrailer(line.split('|')[0] ?? ''))).toEqual(ids);
  expect(log.every((line) => line.endsWith('|Z <z@z>'))).toBe(true);
});

test('an entry file that cannot be read is named and holds up nothing', async () => {
  const { repository, queue, add } = await queueOn({ a: '1' });
  const torn = await add('TORN', { b: '1' });
  await add('GOOD', { c: '1' });
  const directory = join(repository.root, '.sage/commit-queue');
  const file = join(directory, '00000001.json');
  writeFileSync(file, readFileSync(file, 'utf8').slice(0, 40));
  expect((await landAll(queue)).map(({ ticket }) => ticket)).toEqual(['GOOD']);
  const [error, ...rest] = await queue.unreadable();
  expect(rest).toEqual([]);
  expect(error).toMatchObject({ code: 'UNREADABLE_ENTRY', subject: file });
  expect(error?.message).not.toContain('\n');
  await queue.cleanup();
  expect(pins(repository)).toEqual([`refs/sage/queue/${torn.id}`]);
});

test('an entry whose commit is gone is rejected and holds up nothing', async () => {
  const { repository, queue, add } = await queueOn({ a: '1' });
  const lost = await add('LOST', { b: '1' });
  await add('GOOD', { c: '1' });
  userGit(repository.root, 'update-ref', '-d', `refs/sage/queue/${lost.id}`);
  unlinkSync(join(repository.gitDir, 'objects', lost.commit.slice(0, 2), lost.commit.slice(2)));
  expect((await landAll(queue)).map(({ state }) => state)).toEqual(['rejected', 'landed']);
});

test('work without common history is conflicted, with the reason', async () => {
  const { repository, queue } = await queueOn({ a: '1' });
  userGit(repository.root, 'checkout', '--quiet', '--orphan', 'other');
  const commit = commitAll(repository.root, { z: '1' });
  userGit(repository.root, 'checkout', '--quiet', 'main');
  await queue.enqueue({ ticket: 'T', target: MAIN, message: 'm', base: commit, commit });
  const [entry] = await landAll(queue);
  expect(entry).toMatchObject({
    state: 'conflicted',
    reason: 'the work and the target have no common history',
  });
});

test('a target that is gone stops its entries only', async () => {
  const { repository, queue, add } = await queueOn({ a: '1' });
  const base = tip(repository);
  const gone = await queue.enqueue({
    ticket: 'G',
    target: 'refs/heads/gone',
    message: 'm',
    base,
    commit: workCommit(repository, { g: '1' }),
  });
  await add('T', { b: '1' });
  await expect(landAll(queue)).rejects.toMatchObject({ name: 'QueueStoppedError', code: 'TARGET_GONE' });
  expect(subjects(repository)).toEqual(['feat: T', 'first']);
  expect((await queue.list({ state: 'queued' })).map(({ id }) => id)).toEqual([gone.id]);
});

test('with a target asked for, others wait; after an abort nothing begins', async () => {
  const { repository, queue, add } = await queueOn({ a: '1' });
  userGit(repository.root, 'branch', 'side');
  const base = tip(repository);
  await queue.enqueue({
    ticket: 'S',
    target: 'refs/heads/side',
    message: 'm',
    base,
    commit: workCommit(repository, { s: '1' }),
  });
  await add('T', { b: '1' });
  expect((await landAll(queue, { target: MAIN })).map(({ ticket }) => ticket)).toEqual(['T']);
  expect(await landAll(queue, { signal: AbortSignal.abort() })).toEqual([]);
  expect((await landAll(queue)).map(({ ticket }) => ticket)).toEqual(['S']);
});

test('what is enqueued while processing lands in the same run', async () => {
  const repository = await repositoryWith({ a: '1' });
  const late = workCommit(repository, { late: '1' });
  const base = tip(repository);
  const queue = await openCommitQueue({ repository });
  await queue.enqueue({
    ticket: 'T',
    target: MAIN,
    message: 'm',
    base,
    commit: workCommit(repository, { b: '1' }),
  });
  const landed: string[] = [];
  for await (const entry of queue.process()) {
    landed.push(entry.ticket);
    if (entry.ticket === 'T')
      await queue.enqueue({ ticket: 'LATE', target: MAIN, message: 'late', base, commit: late });
  }
  expect(landed).toEqual(['T', 'LATE']);
});

test('the queue stays out of git status, leaves no temporary file, and works on sha256', async () => {
  const repository = await repositoryWith({ a: '1' }, '--object-format=sha256');
  const queue = await openCommitQueue({ repository: repository.root });
  put(repository.root, { mine: 'untracked' });
  await queue.enqueue({
    ticket: 'T',
    target: MAIN,
    message: 'm',
    base: tip(repository),
    commit: workCommit(repository, { b: '1' }),
  });
  expect((await landAll(queue))[0]?.landed).toHaveLength(64);
  expect(status(repository)).toBe('?? mine');
  expect(readdirSync(join(repository.root, '.sage/commit-queue')).sort()).toEqual(['00000001.json']);
});
