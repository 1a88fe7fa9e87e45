import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  addWorktree,
  branchCheckouts,
  fetchCommit,
  listWorktrees,
  openRepository,
  openWorkRepository,
  pruneWorktrees,
  removeWorktree,
  resetWorkRepository,
  resolveCommit,
  worktreeGitDir,
} from '../../src/index.ts';
import { commitAll, head, repositoryWith, sh, temporaryDirectory } from '../fixture.ts';

async function withWork(...init: string[]) {
  const repository = await repositoryWith({ a: '1', 'd/b': '2' }, ...init);
  const work = await openWorkRepository(repository, join(repository.root, '.sage/work.git'));
  return { repository, work };
}

test('the work repository is made once, shares objects, and has no refs, hooks or remotes', async () => {
  const { repository, work } = await withWork();
  await openWorkRepository(repository, work.gitDir);
  expect(sh(work.gitDir, 'cat-file', '-t', head(repository))).toBe('commit');
  expect(sh(work.gitDir, 'for-each-ref')).toBe('');
  expect(sh(work.gitDir, 'remote')).toBe('');
  expect(existsSync(join(work.gitDir, 'hooks'))).toBe(false);
  expect(sh(join(repository.root, '.sage'), 'ls-files', '--others')).not.toContain('.work.git-');
});

test('two callers at once make one complete work repository', async () => {
  const repository = await repositoryWith({ a: '1' });
  const directory = join(repository.root, '.sage/work.git');
  await Promise.all([1, 2, 3].map(() => openWorkRepository(repository, directory)));
  expect(sh(directory, 'cat-file', '-t', head(repository))).toBe('commit');
});

test('a reset undoes configuration, hooks, attributes and alternates, and with idle also refs and locks', async () => {
  const { repository } = await withWork();
  sh(repository.root, 'config', 'filter.up.clean', 'tr a-z "A-Z" # \\');
  const work = await openWorkRepository(repository, join(repository.root, '.sage/work.git'));
  // Whoever writes into the user's configuration later changes nothing: what counts is how it was at the start.
  sh(repository.root, 'config', 'filter.late.clean', 'evil');
  sh(work.gitDir, 'config', 'core.fsmonitor', 'evil');
  sh(work.gitDir, 'config', 'alias.x', '!evil');
  mkdirSync(join(work.gitDir, 'hooks'), { recursive: true });
  writeFileSync(join(work.gitDir, 'hooks/post-checkout'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  writeFileSync(join(work.gitDir, 'info/attributes'), '* filter=evil\n');
  writeFileSync(join(work.gitDir, 'objects/info/alternates'), '/nowhere\n');
  await resetWorkRepository(work, { idle: false });
  sh(work.gitDir, 'branch', 'left', head(repository));
  writeFileSync(join(work.gitDir, 'packed-refs.lock'), '');
  await resetWorkRepository(work, { idle: false });
  expect(sh(work.gitDir, 'for-each-ref', '--format=%(refname)')).toBe('refs/heads/left');
  await resetWorkRepository(work, { idle: true });
  expect(sh(work.gitDir, 'for-each-ref')).toBe('');
  expect(existsSync(join(work.gitDir, 'packed-refs.lock'))).toBe(false);
  expect(existsSync(join(work.gitDir, 'hooks'))).toBe(false);
  expect(existsSync(join(work.gitDir, 'info/attributes'))).toBe(false);
  const config = sh(work.gitDir, 'config', '--local', '--list');
  expect(config).not.toContain('evil');
  expect(sh(work.gitDir, 'config', 'filter.up.clean')).toBe('tr a-z "A-Z" # \\');
});

test("hooks that one agent writes are not run by another's git, not even before the next reset", async () => {
  const { repository, work } = await withWork();
  const tree = join(temporaryDirectory(), 'w');
  await addWorktree(work.gitDir, tree, head(repository));
  mkdirSync(join(work.gitDir, 'hooks'));
  const hook = join(work.gitDir, 'hooks/reference-transaction');
  writeFileSync(hook, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  expect(() => sh(tree, 'checkout', '--quiet', '-b', 'mine')).not.toThrow();
});

test.each([
  ['a shallow clone', ['--depth=1']],
  ['a clone with alternates', ['--shared']],
  ['sha256', []],
])('work repositories of %s check out, commit and give the commit back', async (kind, flags) => {
  const source = await repositoryWith({ a: '1' }, ...(kind === 'sha256' ? ['--object-format=sha256'] : []));
  commitAll(source.root, { a: '2' });
  const clone = join(temporaryDirectory(), 'clone "ü:');
  sh(
    source.root,
    'clone',
    '--quiet',
    ...flags,
    `file://${source.root}`.slice(flags[0] === '--shared' ? 7 : 0),
    clone,
  );
  const repository = await openRepository(clone);
  const work = await openWorkRepository(repository, join(clone, '.sage/work.git'));
  const tree = join(clone, '.sage/w1');
  await addWorktree(work.gitDir, tree, head(repository));
  expect(readFileSync(join(tree, 'a'), 'utf8')).toBe('2');
  sh(tree, 'config', 'user.name', 'x');
  sh(tree, 'config', 'user.email', 'x@y');
  const made = commitAll(tree, { a: '3' });
  await fetchCommit(repository, work.gitDir, made);
  expect(await resolveCommit(repository, made)).toBe(made);
  sh(clone, 'fsck', '--no-dangling');
});

test('a partial clone is refused with its own code', async () => {
  const repository = await repositoryWith({ a: '1' });
  sh(repository.root, 'config', 'remote.origin.promisor', 'true');
  await expect(openWorkRepository(repository, join(repository.root, 'w.git'))).rejects.toMatchObject({
    code: 'PARTIAL_CLONE',
  });
});

test('worktrees added at the same time all appear, detached at their commit', async () => {
  const { repository, work } = await withWork();
  const parent = temporaryDirectory();
  const paths = Array.from({ length: 6 }, (_, n) => join(parent, `w${n}`));
  await Promise.all(paths.map((path) => addWorktree(work.gitDir, path, head(repository))));
  const listed = await listWorktrees(work.gitDir);
  expect(listed[0]).toMatchObject({ bare: true, head: undefined });
  expect(
    listed
      .slice(1)
      .map(({ path }) => path)
      .sort(),
  ).toEqual(paths);
  expect(listed.slice(1).every((each) => each.head === head(repository) && each.branch === undefined)).toBe(
    true,
  );
});

test('removal works on read-only files, on missing halves, and never follows a symlink', async () => {
  const { repository, work } = await withWork();
  const parent = temporaryDirectory();
  const outside = temporaryDirectory();
  writeFileSync(join(outside, 'precious'), 'x');
  const [whole, noFiles, noAdmin, link] = ['whole', 'nofiles', 'noadmin', 'link'].map((name) =>
    join(parent, name),
  );
  if (!whole || !noFiles || !noAdmin || !link) throw new Error('unreachable');
  for (const path of [whole, noFiles, noAdmin, link]) await addWorktree(work.gitDir, path, head(repository));
  symlinkSync(outside, join(whole, 'to-outside'));
  chmodSync(join(whole, 'd/b'), 0o400);
  chmodSync(join(whole, 'd'), 0o500);
  rmSync(noFiles, { recursive: true });
  rmSync((await worktreeGitDir(work.gitDir, noAdmin)) ?? '', { recursive: true });
  rmSync(link, { recursive: true });
  symlinkSync(outside, link);
  for (const path of [whole, noFiles, noAdmin, link]) await removeWorktree(work.gitDir, path);
  for (const path of [whole, noFiles, noAdmin, link]) expect(existsSync(path)).toBe(false);
  expect(readFileSync(join(outside, 'precious'), 'utf8')).toBe('x');
  expect(await listWorktrees(work.gitDir)).toHaveLength(1);
  await removeWorktree(work.gitDir, join(parent, 'never-was'));
});

test('pruning forgets worktrees whose directory is gone, and a path can be used again', async () => {
  const { repository, work } = await withWork();
  const path = join(temporaryDirectory(), 'w');
  await addWorktree(work.gitDir, path, head(repository));
  rmSync(path, { recursive: true });
  await addWorktree(work.gitDir, path, head(repository));
  rmSync(path, { recursive: true });
  await pruneWorktrees(work.gitDir);
  expect(await listWorktrees(work.gitDir)).toHaveLength(1);
});

test("what a killed `worktree add` leaves, registered and locked, is in nobody's way", async () => {
  const { repository, work } = await withWork();
  const path = join(temporaryDirectory(), 'w');
  const cut = async () => {
    await addWorktree(work.gitDir, path, head(repository));
    writeFileSync(join((await worktreeGitDir(work.gitDir, path)) ?? '', 'locked'), 'initializing\n');
    rmSync(path, { recursive: true });
  };
  await cut();
  await cut();
  await pruneWorktrees(work.gitDir);
  expect(await listWorktrees(work.gitDir)).toHaveLength(1);
});

test('the checkouts of a branch are found, linked ones and one in mid-rebase included', async () => {
  const repository = await repositoryWith({ a: '1' });
  sh(repository.root, 'branch', 'topic');
  expect(await branchCheckouts(repository, 'refs/heads/topic')).toEqual([]);
  const linked = join(temporaryDirectory(), 'linked');
  sh(repository.root, 'worktree', 'add', '--quiet', linked, 'topic');
  expect(await branchCheckouts(repository, 'refs/heads/main')).toEqual([repository.root]);
  expect(await branchCheckouts(repository, 'refs/heads/topic')).toEqual([linked]);
  commitAll(linked, { a: 'topic' });
  commitAll(repository.root, { a: 'main' });
  expect(() => sh(linked, 'rebase', 'main')).toThrow('could not apply');
  expect(await branchCheckouts(repository, 'refs/heads/topic')).toEqual([linked]);
});
