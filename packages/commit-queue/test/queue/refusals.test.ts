import { readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { commitAll, put, userGit } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, test } from 'vitest';
import { openCommitQueue } from '../../src/index.ts';
import { landAll, MAIN, queueOn, repositoryWith, status, tip, workCommit } from '../fixture.ts';

const FILES = { a: '1\n', b: '1\n', 'in/c': '1\n', 'out/d': '1\n' };
const WORK = { a: '2\n', 'out/d': '2\n', 'out/new': 'n\n' };

test.each<[string, (root: string) => void, string, string]>([
  ['a rebase of the target', (root) => rebaseMain(root), 'OPERATION_IN_PROGRESS', 'rebase'],
  [
    'an edit of a file that is said to be unchanged',
    (root) => {
      userGit(root, 'update-index', '--assume-unchanged', 'a');
      put(root, { a: 'mine\n' });
    },
    'DIRTY_OVERLAP',
    '"a"',
  ],
  [
    'an edit of a file that is said to be not checked out',
    (root) => {
      userGit(root, 'update-index', '--skip-worktree', 'a');
      put(root, { a: 'mine\n' });
    },
    'DIRTY_OVERLAP',
    '"a"',
  ],
  [
    'a symbolic link where the landing has a directory',
    (root) => {
      rmSync(join(root, 'out'), { recursive: true });
      symlinkSync(temporaryFolder(), join(root, 'out'));
    },
    'DIRTY_OVERLAP',
    'out',
  ],
  ['an empty target', (root) => void userGit(root, 'update-ref', '-d', MAIN), 'TARGET_GONE', MAIN],
])('%s stops the queue, with nothing changed', async (_, prepare, code, said) => {
  const { repository, queue, add } = await queueOn(FILES);
  await add('T', WORK);
  prepare(repository.root);
  const seen = () => [
    status(repository),
    userGit(repository.root, 'for-each-ref'),
    readFileSync(join(repository.root, 'a'), 'utf8'),
  ];
  const before = seen();
  const stopped = landAll(queue);
  await expect(stopped).rejects.toMatchObject({ name: 'QueueStoppedError', code });
  await expect(stopped).rejects.toThrow(new RegExp(`^[^\n]*${said}[^\n]*$`));
  expect(seen()).toEqual(before);
  expect(await queue.stats()).toMatchObject({ queued: 1 });
});

function rebaseMain(root: string): void {
  userGit(root, 'branch', 'before', 'HEAD');
  commitAll(root, { b: 'mine\n' });
  expect(() => userGit(root, 'rebase', '--quiet', '--force-rebase', '--exec', 'false', 'before')).toThrow(
    'failed',
  );
}

test('a repository in a format that this git does not know is refused in one line', async () => {
  const { root } = await repositoryWith(FILES);
  userGit(root, 'config', 'core.repositoryFormatVersion', '1');
  userGit(root, 'config', 'extensions.notYetThere', 'true');
  const refused = openCommitQueue({ repository: root });
  await expect(refused).rejects.toMatchObject({ name: 'RepositoryError' });
  await expect(refused).rejects.toThrow(/^[^\n]*extension[^\n]*$/);
});

test.each([
  ['a name', 'x'.repeat(256), /"x{97}\.\.\.", a name of more than 255 bytes/],
  ['a name in two-byte letters', 'é'.repeat(130), /a name of more than 255 bytes/],
  ['a path', Array.from({ length: 45 }, () => 'y'.repeat(100)).join('/'), /a path of more than 4095 bytes/],
])(
  '%s that no file system takes is rejected when it is taken in, and holds up nobody',
  async (_, path, reason) => {
    const { repository, queue, add } = await queueOn({ a: '1' });
    const base = tip(repository);
    const blob = userGit(repository.root, 'rev-parse', 'HEAD:a');
    const index = join(repository.gitDir, 'index-of-test');
    userGit(
      repository.root,
      '-c',
      `alias.x=!GIT_INDEX_FILE='${index}' git update-index --add --cacheinfo 100644,${blob},${path}`,
      'x',
    );
    const tree = userGit(repository.root, '-c', `alias.x=!GIT_INDEX_FILE='${index}' git write-tree`, 'x');
    const commit = userGit(repository.root, 'commit-tree', tree, '-p', base, '-m', 'long');
    const work = { ticket: 'LONG', target: MAIN, message: 'long', base, commit };
    const taken = await queue.enqueue(work);
    expect(taken).toMatchObject({ state: 'rejected', reason: expect.stringMatching(reason) });
    await add('GOOD', { b: '1' });
    expect((await landAll(queue)).map(({ ticket, state }) => `${ticket} ${state}`)).toEqual([
      'LONG rejected',
      'GOOD landed',
    ]);
    await queue.retry(taken.id);
    expect(await landAll(queue)).toMatchObject([{ id: taken.id, state: 'rejected', reason: taken.reason }]);
  },
);

test('a date that git cannot read is refused before anything is queued', async () => {
  const { repository, queue } = await queueOn({ a: '1' });
  const base = tip(repository);
  const commit = workCommit(repository, { b: '1' });
  const work = { ticket: 'T', target: MAIN, message: 'm', base, commit };
  const author = { name: 'A', email: 'a@example.org', date: 'yesterday-ish' };
  await expect(queue.enqueue({ ...work, author })).rejects.toMatchObject({ code: 'BAD_AUTHOR' });
  expect(await queue.enqueue({ ...work, author: { ...author, date: '2001-02-03T04:05:06Z' } })).toMatchObject(
    {
      state: 'queued',
    },
  );
});
