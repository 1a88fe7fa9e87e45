import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ManagedFile, openCommitQueue, type QueueEntry } from '../../src/index.ts';
import { userGit } from '@sage/test-support/repository';
import { landAll, MAIN, queueOn, subjects, workCommit } from '../fixture.ts';

test('yields each landing with the managed files that went into exactly that commit', async () => {
  const given = new Map<string, readonly ManagedFile[]>();
  const managedFiles = ({ id }: QueueEntry) => {
    const files = [{ path: 'log', edit: (text: string) => `${text}+` }];
    given.set(id, files);
    return files;
  };
  const { queue, add } = await queueOn({ a: '1', log: '' }, { managedFiles });
  await add('T', { b: '1' });
  await add('U', { c: '1' });
  await add('CLASH', { a: '2' });
  await add('BEFORE', { a: '3' });
  const settled = [];
  for await (const each of queue.process()) settled.push(each);
  expect(settled.map((entry) => [entry.ticket, entry.state])).toEqual([
    ['T', 'landed'],
    ['U', 'landed'],
    ['CLASH', 'landed'],
    ['BEFORE', 'conflicted'],
  ]);
  for (const { id, managedFiles: files } of settled.slice(0, 3)) expect(files).toBe(given.get(id));
  expect(settled[3]?.managedFiles).toEqual([]);
});

test('yields an entry only when its end is on disk, and lands nothing while the consumer works on it', async () => {
  const { repository, queue, add } = await queueOn(
    { a: '1' },
    { verify: async () => ({ ok: true, output: '' }) },
  );
  const base = userGit(repository.root, 'rev-parse', 'main');
  await add('T', { b: '1' }, base);
  await add('U', { c: '1' }, base);
  const other = await openCommitQueue({ repository });
  const seen: string[] = [];
  for await (const entry of queue.process()) {
    expect((await other.show(entry.id)).state).toBe('landed');
    const before = subjects(repository);
    await queue.list();
    await new Promise(setImmediate);
    expect(subjects(repository)).toEqual(before);
    seen.push(entry.ticket);
  }
  expect(seen).toEqual(['T', 'U']);
});

test.each(['break', 'throw'])('unlocks the queue on %s, and leaves the rest queued', async (way) => {
  const verify = async () => ({ ok: true, output: '' });
  const { repository, queue, add } = await queueOn({ a: '1' }, { verify });
  await add('T', { b: '1' });
  await add('U', { c: '1' });
  const run = async () => {
    for await (const entry of queue.process()) {
      const other = await openCommitQueue({ repository, lockTimeout: 0 });
      await expect(other.recover()).rejects.toMatchObject({ code: 'LOCK_TIMEOUT' });
      if (way === 'break') return entry.ticket;
      throw new Error(entry.ticket);
    }
    return undefined;
  };
  expect(await run().catch((error: Error) => error.message)).toBe('T');
  expect(await queue.stats()).toMatchObject({ landed: 1, queued: 1 });
  expect(await landAll(await openCommitQueue({ repository, lockTimeout: 0 }))).toMatchObject([
    { ticket: 'U' },
  ]);
});

test('does nothing until it is iterated', async () => {
  const { queue, add } = await queueOn({ a: '1' });
  await add('T', { b: '1' });
  const iteration = queue.process();
  expect(await queue.stats()).toMatchObject({ queued: 1 });
  await queue.recover();
  await iteration.return();
  expect(await queue.stats()).toMatchObject({ queued: 1 });
});

test('yields an entry that recovery settled during another operation', async () => {
  const { repository, queue, add } = await queueOn({ a: '1', log: '' });
  const entry = await add('T', { b: '1' });
  const failing = await openCommitQueue({
    repository,
    onStep: (step) => {
      if (step === 'checkouts-moved') throw new Error('stopped here');
    },
  });
  await expect(landAll(failing)).rejects.toThrow('stopped here');
  const files = [{ path: 'log', edit: () => 'x' }];
  await queue.landManagedFiles({ target: MAIN, message: 'chore: log', files });
  const work = workCommit(repository, { c: '1' });
  await queue.enqueue({
    ticket: 'U',
    target: MAIN,
    message: 'u',
    base: userGit(repository.root, 'rev-parse', 'main'),
    commit: work,
  });
  const settled = [];
  for await (const each of queue.process()) settled.push(each);
  expect(settled).toMatchObject([{ id: entry.id, state: 'landed', managedFiles: [] }, { ticket: 'U' }]);
});

/** Another entry of the same work, as two processes that enqueue it at once may leave it. */
function twin(root: string, sequence: number, of: number): void {
  const file = (number: number) =>
    join(root, '.sage/commit-queue', `${String(number).padStart(8, '0')}.json`);
  const entry = JSON.parse(readFileSync(file(of), 'utf8')) as QueueEntry;
  writeFileSync(
    file(sequence),
    JSON.stringify({ ...entry, id: String(sequence).padStart(20, '0'), sequence }),
  );
}

test.each(['at once', 'one after the other'])('the same work in two entries lands once: %s', async (when) => {
  const { repository, queue, add } = await queueOn({ a: '1\n' });
  await add('A', { a: '2\n' });
  if (when === 'at once') twin(repository.root, 2, 1);
  const first = await landAll(queue);
  if (when !== 'at once') twin(repository.root, 2, 1);
  if (when !== 'at once') rewrite(repository.root, 2, { state: 'queued', landed: undefined });
  const settled = [...first, ...(await landAll(queue))];
  expect(settled.map(({ ticket, state }) => `${ticket} ${state}`)).toEqual(['A landed', 'A landed']);
  expect(new Set(settled.map(({ landed }) => landed)).size).toBe(1);
  expect(subjects(repository)).toEqual(['feat: A', 'first']);
});

function rewrite(root: string, sequence: number, change: object): void {
  const file = join(root, '.sage/commit-queue', `${String(sequence).padStart(8, '0')}.json`);
  writeFileSync(
    file,
    JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as QueueEntry), ...change }),
  );
}
