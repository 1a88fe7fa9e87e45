import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  addWorktree,
  commitWorktree,
  fetchCommit,
  openWorkRepository,
  worktreeGitDir,
} from '../../src/index.ts';
import {
  commitAll,
  head,
  NOON,
  put,
  repositoryWith,
  SAGE,
  sh,
  temporaryDirectory,
  type Files,
} from '../fixture.ts';

async function worker(files: Files) {
  const repository = await repositoryWith(files);
  const work = await openWorkRepository(repository, join(repository.root, '.git/work.git'));
  const tree = join(temporaryDirectory(), 'w');
  const base = head(repository);
  await addWorktree(work.gitDir, tree, base);
  sh(tree, 'config', 'user.name', 'Agent');
  sh(tree, 'config', 'user.email', 'agent@example.org');
  const gitDir = (await worktreeGitDir(work.gitDir, tree)) ?? '';
  const snapshot = () =>
    commitWorktree({
      repository,
      gitDir,
      workTree: tree,
      base,
      exclude: ['.sage/'],
      message: 'feat: all of it',
      author: SAGE,
      committer: SAGE,
      date: NOON,
    });
  const show = async (commit: string) => {
    await fetchCommit(repository, work.gitDir, commit);
    expect(sh(repository.root, 'rev-parse', `${commit}^`)).toBe(base);
    return sh(
      repository.root,
      '-c',
      'core.quotePath=false',
      'diff-tree',
      '-r',
      '--no-commit-id',
      '--name-status',
      commit,
    );
  };
  return { repository, work, tree, base, gitDir, snapshot, show };
}

test('an untouched worktree has no snapshot, also when only times changed', async () => {
  const { tree, snapshot } = await worker({ a: '1' });
  writeFileSync(join(tree, 'a'), '1');
  expect(await snapshot()).toBeUndefined();
});

test('added, edited, deleted, renamed files, modes and symlinks are in one commit; ignored files are not', async () => {
  const { tree, snapshot, show, repository } = await worker({
    '.gitignore': 'out/\n',
    a: '1',
    b: '2',
    c: '3',
    's.sh': '#!',
  });
  put(tree, { a: 'edited', b: null, 'new/-x\ny': 'n', 'out/log': 'ignored' });
  renameSync(join(tree, 'c'), join(tree, 'moved'));
  chmodSync(join(tree, 's.sh'), 0o755);
  symlinkSync('/etc/passwd', join(tree, 'link'));
  const result = await snapshot();
  expect(result?.changedFiles.sort()).toEqual(['a', 'b', 'c', 'link', 'moved', 'new/-x\ny', 's.sh']);
  expect(result?.skipped).toEqual([]);
  const status = await show(result?.commit ?? '');
  expect(status).toContain('M\ts.sh');
  expect(sh(repository.root, 'ls-tree', result?.commit ?? '', 'link')).toContain('120000');
  expect(sh(repository.root, 'ls-tree', result?.commit ?? '', 's.sh')).toContain('100755');
});

test('what the agent committed, on whatever branch, staged or hid from its index is all found', async () => {
  const { tree, snapshot, show } = await worker({ a: '1', b: '1', c: '1' });
  sh(tree, 'checkout', '--quiet', '-b', 'mine');
  commitAll(tree, { committed: 'x' });
  sh(tree, 'checkout', '--quiet', '--orphan', 'other');
  put(tree, { a: 'hidden', staged: 'y', left: 'z' });
  sh(tree, 'update-index', '--assume-unchanged', 'a');
  sh(tree, 'add', 'staged');
  const result = await snapshot();
  expect(await show(result?.commit ?? '')).toBe('M\ta\nA\tcommitted\nA\tleft\nA\tstaged');
});

test('a forged .git file, HEAD, index, hook and configuration change nothing', async () => {
  const { tree, work, gitDir, snapshot, show } = await worker({ a: '1' });
  const other = await repositoryWith({ z: '9' });
  put(tree, { a: '2', n: 'x' });
  writeFileSync(join(tree, '.git'), `gitdir: ${other.gitDir}\n`);
  writeFileSync(join(gitDir, 'HEAD'), 'garbage');
  writeFileSync(join(gitDir, 'index'), 'garbage');
  const mark = join(tree, '../ran');
  sh(work.gitDir, 'config', 'filter.evil.clean', `touch ${mark}`);
  sh(work.gitDir, 'config', 'core.fsmonitor', `touch ${mark}`);
  put(tree, { '.gitattributes': '* filter=evil\n' });
  const result = await snapshot();
  expect(await show(result?.commit ?? '')).toBe('A\t.gitattributes\nM\ta\nA\tn');
  expect(existsSync(mark)).toBe(false);
});

test('repositories inside the worktree are added as files, with and without a commit of their own', async () => {
  const { tree, snapshot, show } = await worker({ '.gitignore': '*.log\n', 'lib/known': '1' });
  for (const name of ['born', 'unborn/deep']) {
    mkdirSync(join(tree, name), { recursive: true });
    sh(join(tree, name), 'init', '--quiet');
    put(tree, { [`${name}/f`]: 'x', [`${name}/e.log`]: 'x' });
  }
  sh(join(tree, 'born'), 'add', '--force', '.');
  sh(join(tree, 'born'), '-c', 'user.name=a', '-c', 'user.email=b', 'commit', '--quiet', '-m', 'c');
  sh(join(tree, 'lib'), 'init', '--quiet');
  put(tree, { 'lib/known': '2', 'lib/more': '3' });
  const result = await snapshot();
  expect(await show(result?.commit ?? '')).toBe('A\tborn/f\nM\tlib/known\nA\tlib/more\nA\tunborn/deep/f');
});

test('ignored files that the agent added by force are meant', async () => {
  const { tree, snapshot, show } = await worker({ '.gitignore': '*.gen\n' });
  put(tree, { 'a.gen': 'x', 'b.gen': 'y', 'c.gen': 'z' });
  sh(tree, 'add', '--force', 'a.gen');
  sh(tree, 'commit', '--quiet', '-m', 'force');
  sh(tree, 'add', '--force', 'b.gen');
  expect(await show((await snapshot())?.commit ?? '')).toBe('A\ta.gen\nA\tb.gen');
});

test('excluded paths keep the base version, whatever became of them', async () => {
  const { tree, snapshot, show } = await worker({ '.sage/tickets/index.json': '{}', a: '1' });
  put(tree, { '.sage/tickets/index.json': '{"cheated": true}', '.sage/new': 'x' });
  expect(await snapshot()).toBeUndefined();
  rmSync(join(tree, '.sage'), { recursive: true });
  writeFileSync(join(tree, '.sage'), 'a file now');
  writeFileSync(join(tree, 'a'), '2');
  expect(await show((await snapshot())?.commit ?? '')).toBe('M\ta');
});

test('a file in the place of a folder and a folder in the place of a file', async () => {
  const { tree, snapshot, show } = await worker({ 'd/x': '1', f: '1', 'l/y': '1' });
  put(tree, { d: 'file', f: null, 'f/inner': 'x', l: null });
  symlinkSync('/tmp', join(tree, 'l'));
  expect(await show((await snapshot())?.commit ?? '')).toBe('A\td\nD\td/x\nD\tf\nA\tf/inner\nA\tl\nD\tl/y');
});

test('names that git cannot carry are left out and reported, the rest is kept', async () => {
  const { tree, snapshot, show } = await worker({ a: '1' });
  put(tree, { b: 'x', 'sub/.GIT/config': 'x', 'z/y': 'x' });
  const result = await snapshot();
  expect(result?.skipped).toEqual(['sub/.GIT/config']);
  expect(await show(result?.commit ?? '')).toBe('A\tb\nA\tz/y');
});

test('file names that are not UTF-8 are carried byte for byte', async () => {
  const { tree, snapshot, show, repository } = await worker({ a: '1' });
  writeFileSync(Buffer.concat([Buffer.from(`${tree}/`), Buffer.from([0x66, 0xff, 0xfe])]), 'x');
  const result = await snapshot();
  await show(result?.commit ?? '');
  const listed = sh(
    repository.root,
    '-c',
    'core.quotePath=true',
    'ls-tree',
    '--name-only',
    result?.commit ?? '',
  );
  expect(listed).toBe('a\n"f\\377\\376"');
});

test("the user's filters apply to what is committed", async () => {
  const { repository, tree, snapshot } = await worker({ '.gitattributes': '*.up filter=up\n' });
  sh(repository.root, 'config', 'filter.up.clean', 'tr a-z A-Z');
  put(tree, { 'x.up': 'loud' });
  const result = await snapshot();
  expect(sh(join(repository.root, '.git/work.git'), 'cat-file', 'blob', `${result?.commit}:x.up`)).toBe(
    'LOUD',
  );
});
