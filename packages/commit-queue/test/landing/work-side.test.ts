import { expect, test } from 'vitest';
import { type LandingStyle, openCommitQueue } from '../../src/index.ts';
import { commitAll, userGit } from '@sage/test-support/repository';
import { landAll, MAIN, queueOn, tip, workCommit } from '../fixture.ts';

const files = (root: string) => userGit(root, 'ls-tree', '-r', '--name-only', 'main').split('\n');
const landed = (root: string) => userGit(root, 'diff', '--name-only', 'main^1', 'main').split('\n');

/** Work that began from a commit that its user has since taken off the target, and put another one in its place. */
async function takenOff(style: LandingStyle, instead: Record<string, string>) {
  const { repository, queue: plain } = await queueOn({ a: '1\n' });
  const { root } = repository;
  const fork = tip(repository);
  const base = commitAll(root, { conf: 'port=1\n', secret: 'key\n' }, 'leaks a secret');
  const commit = workCommit(repository, { work: 'w\n' });
  userGit(root, 'reset', '--quiet', '--hard', fork);
  commitAll(root, instead, 'instead');
  const queue = await openCommitQueue({ repository, style });
  await queue.enqueue({ ticket: 'T', target: MAIN, message: 'work', commit, base });
  return { repository, queue, plain, commit, base };
}

test.each<[LandingStyle, string, Record<string, string>]>([
  ['squash', 'dropped', { other: 'o\n' }],
  ['squash', 'amended', { conf: 'port=2\n' }],
  ['rebase', 'dropped', { other: 'o\n' }],
  ['rebase', 'amended', { conf: 'port=2\n' }],
])('%s: work lands alone where the commit it began from was %s', async (style, _, instead) => {
  const { repository, queue } = await takenOff(style, instead);
  expect(await landAll(queue)).toMatchObject([{ state: 'landed' }]);
  expect(landed(repository.root)).toEqual(['work']);
  expect(files(repository.root)).not.toContain('secret');
  expect(await queue.audit({ target: MAIN })).toMatchObject({ compared: 1, problems: [] });
});

test('merge: work whose history was taken off the target is rejected, as it would bring it back', async () => {
  const { repository, queue, base } = await takenOff('merge', { other: 'o\n' });
  const [entry] = await landAll(queue);
  expect(entry?.state).toBe('rejected');
  expect(entry?.reason).toContain(base);
  expect(files(repository.root)).toEqual(['a', 'other']);
});

test('a landing that brought back what was taken off is found by the audit', async () => {
  const { repository, queue, commit } = await takenOff('squash', { other: 'o\n' });
  const [entry] = await queue.list();
  const tree = userGit(repository.root, 'merge-tree', '--write-tree', 'main', commit);
  const message = `work\n\nSage-Ticket: T\nSage-Entry: ${entry?.id}`;
  const landing = userGit(repository.root, 'commit-tree', tree, '-p', 'main', '-m', message);
  userGit(repository.root, 'reset', '--quiet', '--hard', landing);
  expect(await landAll(queue)).toMatchObject([{ state: 'landed', landed: landing }]);
  expect((await queue.audit({ target: MAIN })).problems).toMatchObject([{ kind: 'wrong-content' }]);
});

test('what is predicted is what would be applied', async () => {
  const { queue, commit, base } = await takenOff('squash', { conf: 'port=2\n' });
  expect(await queue.predict({ commit, base, target: MAIN })).toEqual([]);
  expect(await queue.predict({ commit, target: MAIN })).toEqual(['conf']);
});

test('work of several commits on a base that is still there lands as one change', async () => {
  const { repository, queue } = await queueOn({ a: '1\n', b: '1\n' });
  const base = tip(repository);
  const first = workCommit(repository, { a: '2\n' }, base);
  const commit = workCommit(repository, { c: '1\n' }, first);
  commitAll(repository.root, { b: '2\n' });
  await queue.enqueue({ ticket: 'T', target: MAIN, message: 'work', commit, base });
  expect(await landAll(queue)).toMatchObject([{ state: 'landed' }]);
  expect(landed(repository.root)).toEqual(['a', 'c']);
});
