import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { commitAll, put, userGit } from '@sage/test-support/repository';
import { repositoryWith } from '../fixture.ts';
import { worker } from './collecting.ts';

test('an untouched worktree has nothing to collect, also when only times changed', async () => {
  const { tree, collect } = await worker({ a: '1' });
  writeFileSync(join(tree, 'a'), '1');
  expect(await collect()).toMatchObject({ changedFiles: [] });
});

test('added, edited, deleted, renamed files, modes and symlinks are in one commit; ignored files are not', async () => {
  const { tree, collect, show, repository } = await worker({
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
  const result = await collect();
  expect(result.changedFiles).toEqual(['a', 'b', 'c', 'link', 'moved', 'new/-x\ny', 's.sh']);
  expect(result.skipped).toEqual([]);
  const status = show(result.commit);
  expect(status).toContain('M\ts.sh');
  expect(userGit(repository.root, 'ls-tree', result.commit ?? '', 'link')).toContain('120000');
  expect(userGit(repository.root, 'ls-tree', result.commit ?? '', 's.sh')).toContain('100755');
});

test('what the agent committed, on whatever branch, staged or hid from its index is all found', async () => {
  const { tree, collect, show } = await worker({ a: '1', b: '1', c: '1' });
  userGit(tree, 'checkout', '--quiet', '-b', 'mine');
  commitAll(tree, { committed: 'x' });
  userGit(tree, 'checkout', '--quiet', '--orphan', 'other');
  put(tree, { a: 'hidden', staged: 'y', left: 'z' });
  userGit(tree, 'update-index', '--assume-unchanged', 'a');
  userGit(tree, 'add', 'staged');
  const result = await collect();
  expect(show(result.commit)).toBe('M\ta\nA\tcommitted\nA\tleft\nA\tstaged');
});

test('a forged .git file, HEAD, index, hook and configuration change nothing', async () => {
  const { tree, gitDir, collect, show } = await worker({ a: '1' });
  const other = await repositoryWith({ z: '9' });
  put(tree, { a: '2', n: 'x', '.gitattributes': '* filter=evil\n' });
  const mark = join(tree, '../ran');
  userGit(tree, 'config', 'filter.evil.clean', `touch ${mark}`);
  userGit(tree, 'config', 'core.fsmonitor', `touch ${mark}`);
  mkdirSync(join(gitDir, 'hooks'));
  writeFileSync(join(gitDir, 'hooks/reference-transaction'), `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 });
  writeFileSync(join(gitDir, 'HEAD'), 'garbage');
  writeFileSync(join(gitDir, 'index'), 'garbage');
  const changes = 'A\t.gitattributes\nM\ta\nA\tn';
  expect(show((await collect()).commit)).toBe(changes);
  rmSync(gitDir, { recursive: true });
  writeFileSync(gitDir, `gitdir: ${other.gitDir}\n`);
  expect(show((await collect()).commit)).toBe(changes);
  rmSync(gitDir);
  execFileSync('mkfifo', [gitDir]);
  expect(show((await collect()).commit)).toBe(changes);
  expect(existsSync(mark)).toBe(false);
});

test('repositories inside the worktree are added as files, with and without a commit of their own', async () => {
  const { tree, collect, show } = await worker({ '.gitignore': '*.log\n', 'lib/known': '1' });
  for (const name of ['born', 'unborn/deep']) {
    mkdirSync(join(tree, name), { recursive: true });
    userGit(join(tree, name), 'init', '--quiet');
    put(tree, { [`${name}/f`]: 'x', [`${name}/e.log`]: 'x' });
  }
  userGit(join(tree, 'born'), 'add', '--force', '.');
  userGit(join(tree, 'born'), '-c', 'user.name=a', '-c', 'user.email=b', 'commit', '--quiet', '-m', 'c');
  userGit(join(tree, 'lib'), 'init', '--quiet');
  put(tree, { 'lib/known': '2', 'lib/more': '3' });
  const result = await collect();
  expect(show(result.commit)).toBe('A\tborn/f\nM\tlib/known\nA\tlib/more\nA\tunborn/deep/f');
});

test('ignored files that the agent added by force are meant', async () => {
  const { tree, collect, show } = await worker({ '.gitignore': '*.gen\n' });
  put(tree, { 'a.gen': 'x', 'b.gen': 'y', 'c.gen': 'z' });
  userGit(tree, 'add', '--force', 'a.gen');
  userGit(tree, 'commit', '--quiet', '-m', 'force');
  userGit(tree, 'add', '--force', 'b.gen');
  expect(show((await collect()).commit)).toBe('A\ta.gen\nA\tb.gen');
});

test('excluded paths keep the base version, whatever became of them', async () => {
  const { tree, collect, show } = await worker({ '.sage/tickets/index.json': '{}', a: '1' });
  put(tree, { '.sage/tickets/index.json': '{"cheated": true}', '.sage/new': 'x' });
  expect(await collect()).toMatchObject({ changedFiles: [] });
  rmSync(join(tree, '.sage'), { recursive: true });
  writeFileSync(join(tree, '.sage'), 'a file now');
  writeFileSync(join(tree, 'a'), '2');
  expect(show((await collect()).commit)).toBe('M\ta');
});

test('a file in the place of a folder and a folder in the place of a file', async () => {
  const { tree, collect, show } = await worker({ 'd/x': '1', f: '1', 'l/y': '1' });
  put(tree, { d: 'file', f: null, 'f/inner': 'x', l: null });
  symlinkSync('/tmp', join(tree, 'l'));
  expect(show((await collect()).commit)).toBe('A\td\nD\td/x\nD\tf\nA\tf/inner\nA\tl\nD\tl/y');
});

test('names that git cannot carry are left out and reported, the rest is kept', async () => {
  const { tree, collect, show } = await worker({ a: '1' });
  put(tree, { b: 'x', 'sub/.GIT/config': 'x', 'z/y': 'x' });
  const result = await collect();
  expect(result.skipped).toEqual(['sub/.GIT/config']);
  expect(show(result.commit)).toBe('A\tb\nA\tz/y');
});

test('file names that are not UTF-8 are carried byte for byte', async () => {
  const { tree, collect, show, repository } = await worker({ a: '1' });
  writeFileSync(Buffer.concat([Buffer.from(`${tree}/`), Buffer.from([0x66, 0xff, 0xfe])]), 'x');
  const result = await collect();
  show(result.commit);
  const listed = userGit(
    repository.root,
    '-c',
    'core.quotePath=true',
    'ls-tree',
    '--name-only',
    result.commit ?? '',
  );
  expect(listed).toBe('a\n"f\\377\\376"');
});

test("the user's filters apply to what is committed", async () => {
  const { repository, tree, collect } = await worker({ '.gitattributes': '*.up filter=up\n' });
  userGit(repository.root, 'config', 'filter.up.clean', 'tr a-z A-Z');
  put(tree, { 'x.up': 'loud' });
  const result = await collect();
  expect(userGit(repository.root, 'cat-file', 'blob', `${result.commit}:x.up`)).toBe('LOUD');
});

test('commits that were made there are taken as they are, with the rest on top of them', async () => {
  const { tree, base, collect, show, log, repository } = await worker({ a: '1', '.sage/index': '{}' });
  commitAll(tree, { b: '2' }, 'add b\n\nCo-authored-by: Pair <pair@example.org>');
  const tip = commitAll(tree, { c: '3' }, 'add c');
  expect((await collect()).commit).toBe(tip);
  put(tree, { d: '4' });
  const rest = await collect();
  expect(show(rest.commit)).toBe('A\tb\nA\tc\nA\td');
  expect(log(rest.commit)).toBe('Sage: feat: all of it\nAgent: add c\nAgent: add b');
  expect(userGit(repository.root, 'log', '-1', '--format=%(trailers)', `${base}~0..${tip}~1`)).toContain(
    'Pair',
  );
});

test('what is excluded is taken out of each commit; one that has nothing else is left out', async () => {
  const { tree, base, collect, show, log, repository } = await worker({
    a: '1',
    '.sage/index': '{}',
    '.sage/x': '1',
  });
  commitAll(tree, { '.sage/index': '{"x":1}', b: '2' }, 'both');
  commitAll(tree, { '.sage/x': null }, 'excluded only');
  userGit(tree, '-c', 'user.name=Pair', 'commit', '--quiet', '--allow-empty', '-m', 'empty');
  commitAll(tree, { c: '3' }, 'add c');
  put(tree, { d: '4' });
  const { commit } = await collect();
  expect(show(commit)).toBe('A\tb\nA\tc\nA\td');
  expect(log(commit)).toBe('Sage: feat: all of it\nAgent: add c\nPair: empty\nAgent: both');
  const dates = (ref: string, where: string, skip: number) =>
    userGit(where, 'log', `--skip=${skip}`, '--max-count=1', '--format=%an %aI %cn %cI', ref);
  expect(dates(commit ?? '', repository.root, 1)).toBe(dates('HEAD', tree, 0));
  expect(userGit(repository.root, 'diff', '--name-only', base, commit ?? '', '--', '.sage')).toBe('');
});

test('a merge among them becomes a step of its first parent', async () => {
  const { tree, collect, show, log, repository, base } = await worker({ a: '1' });
  userGit(tree, 'checkout', '--quiet', '-b', 'side');
  commitAll(tree, { b: '2' }, 'on the side');
  userGit(tree, 'checkout', '--quiet', '--detach', base);
  commitAll(tree, { c: '3' }, 'add c');
  userGit(tree, 'merge', '--quiet', '--no-ff', '-m', 'merge the side', 'side');
  const { commit } = await collect();
  expect(show(commit)).toBe('A\tb\nA\tc');
  expect(log(commit)).toBe('Agent: merge the side\nAgent: add c');
  expect(userGit(repository.root, 'rev-list', '--min-parents=2', commit ?? '')).toBe('');
});

test.each<[string, (tree: string) => void]>([
  [
    'have another history',
    (tree) => {
      userGit(tree, 'checkout', '--quiet', '--orphan', 'other');
      commitAll(tree, { b: '2' });
    },
  ],
  [
    'are of a repository with damaged objects',
    (tree) => {
      commitAll(tree, { b: '2' });
      const oid = userGit(tree, 'rev-parse', 'HEAD:b');
      const file = join(tree, '.git/objects', oid.slice(0, 2), oid.slice(2));
      chmodSync(file, 0o644);
      writeFileSync(file, 'torn');
    },
  ],
])('commits that %s become one', async (_, work) => {
  const { tree, collect, show, log, base } = await worker({ a: '1', '.sage/index': '{}' });
  userGit(tree, 'branch', 'start');
  work(tree);
  const { commit } = await collect();
  expect(show(commit)).toBe('A\tb');
  expect(log(commit)).toBe('Sage: feat: all of it');
  expect(base).not.toBe(commit);
});

test('commits that undo each other are no work', async () => {
  const { tree, collect } = await worker({ a: '1' });
  commitAll(tree, { b: '2' });
  commitAll(tree, { b: null });
  expect(await collect()).toEqual({
    changedFiles: [],
    skipped: [],
    excluded: [],
    forced: [],
    submodules: [],
  });
});

test("what is collected needs no other repository, and outlives the user's gc", async () => {
  const { repository, tree, collect } = await worker({ a: '1' });
  put(tree, { 'new/b': '2' });
  const gc = join(repository.gitDir, 'gc.pid');
  // One that began before the ref was made, and deletes what it has not seen.
  let over: Promise<void> | undefined;
  const { commit = '' } = await collect(async (made) => {
    const own = userGit(repository.root, 'rev-parse', `${made}^{tree}`, `${made}:new/b`).split('\n');
    userGit(repository.root, 'update-ref', 'refs/sage/x', made);
    writeFileSync(gc, `${process.pid} ${hostname()}`);
    over = (async () => {
      await setImmediate();
      for (const oid of [made, ...own])
        rmSync(join(repository.gitDir, 'objects', oid.slice(0, 2), oid.slice(2)), { force: true });
      rmSync(gc);
    })();
  });
  await over;
  rmSync(tree, { recursive: true });
  userGit(repository.root, 'gc', '--quiet', '--prune=now');
  expect(userGit(repository.root, 'cat-file', 'blob', `${commit}:new/b`)).toBe('2');
  expect(userGit(repository.root, 'fsck', '--connectivity-only', '--no-dangling')).toBe('');
  expect(existsSync(join(repository.gitDir, 'sage-objects'))).toBe(false);
});
