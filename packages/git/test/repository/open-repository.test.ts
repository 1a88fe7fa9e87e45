import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  currentBranch,
  excludeFromGit,
  identity,
  openRepository,
  operationInProgress,
} from '../../src/index.ts';
import { commitAll, userGit } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { head, repositoryWith } from '../fixture.ts';

test('opens from a subdirectory and from a linked worktree', async () => {
  const repository = await repositoryWith({ 'a/b': '1' });
  expect(await openRepository(join(repository.root, 'a'))).toEqual(repository);
  const linked = join(temporaryFolder(), 'new\nline');
  userGit(repository.root, 'worktree', 'add', '--quiet', '--detach', linked);
  const opened = await openRepository(linked);
  expect(opened.root).toBe(linked);
  expect(opened.commonDir).toBe(repository.gitDir);
  expect(opened.gitDir.startsWith(join(repository.gitDir, 'worktrees'))).toBe(true);
});

test('no repository and no work tree are errors of one line', async () => {
  await expect(openRepository(temporaryFolder())).rejects.toMatchObject({ code: 'NOT_A_REPOSITORY' });
  const bare = temporaryFolder();
  userGit(bare, 'init', '--quiet', '--bare');
  await expect(openRepository(bare)).rejects.toMatchObject({ code: 'NO_WORK_TREE' });
});

test('the current branch is a full ref, also unborn, and undefined when detached', async () => {
  const root = temporaryFolder();
  userGit(root, 'init', '--quiet', '--initial-branch=topic/x');
  expect(await currentBranch(await openRepository(root))).toBe('refs/heads/topic/x');
  const repository = await repositoryWith({ a: '1' });
  userGit(repository.root, 'checkout', '--quiet', '--detach');
  expect(await currentBranch(repository)).toBeUndefined();
});

test('a merge, a rebase, a cherry-pick, a revert and a bisect in progress are seen', async () => {
  const repository = await repositoryWith({ a: '1' });
  const run = (...args: string[]) => {
    try {
      userGit(repository.root, ...args);
    } catch {
      // These stop on their conflict, which is the point.
    }
  };
  const first = head(repository);
  run('checkout', '--quiet', '-b', 'side');
  const side = commitAll(repository.root, { a: 'side' });
  run('checkout', '--quiet', 'main');
  commitAll(repository.root, { a: 'main' });
  expect(await operationInProgress(repository)).toBeUndefined();
  run('merge', 'side');
  expect(await operationInProgress(repository)).toBe('merge');
  run('merge', '--abort');
  run('cherry-pick', side);
  expect(await operationInProgress(repository)).toBe('cherry-pick');
  run('cherry-pick', '--abort');
  run('revert', '--no-edit', side);
  expect(await operationInProgress(repository)).toBe('revert');
  run('revert', '--abort');
  run('rebase', 'side');
  expect(await operationInProgress(repository)).toBe('rebase');
  run('rebase', '--abort');
  run('bisect', 'start', 'main', first);
  expect(await operationInProgress(repository)).toBe('bisect');
});

test('the identity is the configured one, else that of Sage, never a guess from the host', async () => {
  const repository = await repositoryWith({ a: '1' });
  expect(await identity(repository)).toEqual({ name: 'Una User', email: 'una@example.org' });
  userGit(repository.root, 'config', '--unset', 'user.email');
  expect(await identity(repository)).toEqual({ name: 'Sage', email: 'sage@localhost' });
});

test('excluding adds one block, keeps other lines and is idempotent', async () => {
  const repository = await repositoryWith({ a: '1' });
  const file = join(repository.gitDir, 'info/exclude');
  mkdirSync(join(repository.gitDir, 'info'), { recursive: true });
  writeFileSync(file, '*.mine');
  await excludeFromGit(repository, ['/.sage/runs/', '/.sage/worktrees/']);
  const once = readFileSync(file, 'utf8');
  await excludeFromGit(repository, ['/.sage/runs/']);
  expect(readFileSync(file, 'utf8')).toBe(once);
  await excludeFromGit(repository, ['/.sage/cache/']);
  expect(readFileSync(file, 'utf8').match(/sage: begin/g)).toHaveLength(1);
  const ignored = userGit(
    repository.root,
    'check-ignore',
    '--no-index',
    '.sage/runs/x',
    '.sage/cache/y',
    'z.mine',
  );
  expect(ignored.split('\n')).toEqual(['.sage/runs/x', '.sage/cache/y', 'z.mine']);
});

test('a line of info/exclude that is not UTF-8 keeps its bytes', async () => {
  const repository = await repositoryWith({ a: '1' });
  const file = join(repository.commonDir, 'info/exclude');
  const line = Buffer.from([0x63, 0x61, 0x66, 0xe9, 0x2f, 0x0a]);
  writeFileSync(file, line);
  await excludeFromGit(repository, ['/x/']);
  expect(readFileSync(file).subarray(0, line.length)).toEqual(line);
});
