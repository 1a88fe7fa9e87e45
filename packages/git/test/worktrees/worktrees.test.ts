import { join } from 'node:path';
import { expect, test } from 'vitest';
import { branchCheckouts, listWorktrees } from '../../src/index.ts';
import { commitAll, userGit } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { head, repositoryWith } from '../fixture.ts';

test('the worktrees of a repository are listed, the main one first', async () => {
  const repository = await repositoryWith({ a: '1' });
  const linked = join(temporaryFolder(), 'linked');
  userGit(repository.root, 'worktree', 'add', '--quiet', '--detach', linked);
  expect(await listWorktrees(repository)).toMatchObject([
    { path: repository.root, branch: 'refs/heads/main', bare: false },
    { path: linked, branch: undefined, head: head(repository), locked: false },
  ]);
});

test('the checkouts of a branch are found, linked ones and one in mid-rebase included', async () => {
  const repository = await repositoryWith({ a: '1' });
  userGit(repository.root, 'branch', 'topic');
  const roots = async (ref: string) =>
    (await branchCheckouts(repository, ref)).map(({ checkout }) => checkout.root);
  expect(await roots('refs/heads/topic')).toEqual([]);
  const linked = join(temporaryFolder(), 'linked');
  userGit(repository.root, 'worktree', 'add', '--quiet', linked, 'topic');
  expect(await roots('refs/heads/main')).toEqual([repository.root]);
  expect(await roots('refs/heads/topic')).toEqual([linked]);
  commitAll(linked, { a: 'topic' });
  commitAll(repository.root, { a: 'main' });
  expect(() => userGit(linked, 'rebase', 'main')).toThrow('could not apply');
  expect(await roots('refs/heads/topic')).toEqual([linked]);
});
