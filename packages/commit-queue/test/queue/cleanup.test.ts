import { join } from 'node:path';
import { expect, test } from 'vitest';
import { acquireLock, openCommitQueue } from '../../src/index.ts';
import { landAll, MAIN, pins, queueOn, tip, workCommit } from '../fixture.ts';

test('cleanup waits for no landing', async () => {
  const { repository, queue, add } = await queueOn({ a: '1' });
  const { id } = await add('T', { b: '1' });
  await queue.drop(id);
  await using _ = await acquireLock(join(repository.commonDir, 'sage-queue'), { timeout: 0 });
  expect(await queue.cleanup()).toEqual([id]);
  expect(pins(repository)).toEqual([]);
});

test('cleanups beside each other and beside landings and new work lose and leave nothing', async () => {
  const { repository, queue } = await queueOn({ a: '1' });
  const base = tip(repository);
  const commits = Array.from({ length: 6 }, (_, n) => workCommit(repository, { [`f${n}`]: `${n}` }, base));
  const others = await Promise.all([openCommitQueue({ repository }), openCommitQueue({ repository })]);
  const over = new AbortController();
  const removed: string[] = [];
  const cleaning = others.map(async (other) => {
    while (!over.signal.aborted) removed.push(...(await other.cleanup()));
  });
  const landed: string[] = [];
  for (const [n, commit] of commits.entries()) {
    await queue.enqueue({ ticket: `T-${n}`, target: MAIN, message: 'm', commit, base });
    landed.push(...(await landAll(queue)).map(({ id }) => id));
  }
  over.abort();
  await Promise.all(cleaning);
  removed.push(...(await queue.cleanup()));
  expect(landed).toHaveLength(commits.length);
  expect(new Set(removed)).toEqual(new Set(landed));
  expect(await queue.list()).toEqual([]);
  expect(pins(repository)).toEqual([]);
  // A number is never used again.
  const [commit = ''] = commits;
  const { sequence } = await queue.enqueue({ ticket: 'NEW', target: MAIN, message: 'm', commit, base });
  expect(sequence).toBeGreaterThan(commits.length);
});

test('the number of a removed entry is not used again, and its work can be queued again', async () => {
  const { repository, queue, add } = await queueOn({ a: '1' });
  const base = tip(repository);
  const first = await add('A', { one: '1' });
  await queue.drop(first.id);
  await queue.cleanup();
  const other = await openCommitQueue({ repository });
  const second = await other.enqueue({
    ticket: 'B',
    target: MAIN,
    message: 'b',
    base,
    commit: workCommit(repository, { two: '2' }, base),
  });
  expect(second.sequence).toBeGreaterThan(first.sequence);
  const { ticket, target, message, commit } = first;
  expect(await queue.enqueue({ ticket, target, message, base, commit })).toMatchObject({
    ticket: 'A',
    commit,
  });
  expect((await landAll(queue)).map((entry) => entry.ticket)).toEqual(['B', 'A']);
});
