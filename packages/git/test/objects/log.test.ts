import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openRepository, readLog, type Repository } from '../../src/index.ts';
import { commitAll, userGit } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { head, repositoryWith } from '../fixture.ts';

/** Two branches merged, messages with more than one line and with bytes that are not ASCII. */
async function withHistory(...init: string[]): Promise<Repository> {
  const repository = await repositoryWith({ a: '1' }, ...init);
  userGit(repository.root, 'checkout', '--quiet', '-b', 'side');
  commitAll(repository.root, { b: '1' }, 'seite ä\n\nKey: value');
  userGit(repository.root, 'checkout', '--quiet', 'main');
  commitAll(repository.root, { c: '1' }, 'main');
  userGit(repository.root, 'merge', '--quiet', '--no-edit', 'side');
  userGit(repository.root, 'gc', '--quiet');
  commitAll(repository.root, { d: '1' }, 'last');
  return repository;
}

test.each<[string, () => Promise<Repository>]>([
  ['a repository with packed and loose objects', () => withHistory()],
  ['one with other ids', () => withHistory('--object-format=sha256')],
  [
    'one that has its objects elsewhere',
    async () => {
      const other = join(temporaryFolder(), 'shared');
      userGit((await withHistory()).root, 'clone', '--quiet', '--shared', '.', other);
      return openRepository(other);
    },
  ],
  [
    'a linked worktree',
    async () => {
      const linked = join(temporaryFolder(), 'linked');
      userGit((await withHistory()).root, 'worktree', 'add', '--quiet', linked);
      return openRepository(linked);
    },
  ],
])('the whole history, parents before children: %s', async (_, make) => {
  const repository = await make();
  const log = await readLog(repository, head(repository));
  const lines = userGit(repository.root, 'log', '--format=%H %P').split('\n');
  expect(log.map(({ oid, parents }) => [oid, ...parents].join(' ').trimEnd()).toSorted()).toEqual(
    lines.map((line) => line.trimEnd()).toSorted(),
  );
  const place = new Map(log.map(({ oid }, n) => [oid, n]));
  for (const [n, { oid, parents, message }] of log.entries()) {
    for (const parent of parents) expect(place.get(parent) ?? -1).toBeLessThan(n);
    expect(message.trimEnd()).toBe(userGit(repository.root, 'log', '-1', '--format=%B', oid).trimEnd());
  }
});

test('a shallow clone has what it has', async () => {
  const source = await withHistory();
  const shallow = join(temporaryFolder(), 'shallow');
  userGit(source.root, 'clone', '--quiet', '--depth=2', `file://${source.root}`, shallow);
  const log = await readLog(await openRepository(shallow), head(source));
  expect(log.map(({ message }) => message.trim()).at(-1)).toBe('last');
  expect(log.length).toBe(Number(userGit(shallow, 'rev-list', '--count', 'HEAD')));
});

test('no such commit is an error', async () => {
  const repository = await repositoryWith({ a: '1' });
  await expect(readLog(repository, 'f'.repeat(40))).rejects.toThrow('bad object');
});
