import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PinnedSettings } from '@sage/git';
import { expect, test } from 'vitest';
import { Worktrees } from '../../src/worktree/worktrees.ts';
import { repositoryFixture } from '../repository.ts';

const FILES = { '.gitignore': 'cache/\n*.log\n', 'a.txt': 'a\n', 'd/b.txt': 'b\n', 'd/e/c.txt': 'c\n' };

async function pooled({ keepIgnored = false } = {}) {
  const { repository, git, base, cache } = await repositoryFixture(FILES);
  const directory = join(cache, 'worktrees');
  const notices: string[] = [];
  const worktrees = await Worktrees.open({
    repository,
    settings: await PinnedSettings.of(repository),
    directory,
    protectedPaths: [],
    keepIgnored,
    onNotice: (text) => notices.push(text),
  });
  /** Uses a worktree at the tip, gives it back, and returns its path and birth. */
  const use = async (work: string, commit = git('rev-parse', 'HEAD')) => {
    const worktree = await worktrees.take('agent', commit, 'T-1');
    const { birthtimeNs: born } = await stat(worktree.path, { bigint: true });
    execFileSync('/bin/sh', ['-c', work], { cwd: worktree.path, stdio: 'ignore' });
    await worktree.giveBack();
    return { path: worktree.path, born };
  };
  /** What the next use of it sees that the tip does not have. */
  const look = async () => {
    const commit = git('rev-parse', 'HEAD');
    const worktree = await worktrees.take('agent', commit, 'T-2');
    const own = (...args: string[]) =>
      execFileSync('git', args, { cwd: worktree.path, encoding: 'utf8' }).trim();
    expect(own('rev-parse', '--symbolic-full-name', 'HEAD')).toBe('HEAD');
    expect(own('rev-parse', 'HEAD')).toBe(commit);
    expect(own('rev-parse', '--show-toplevel')).toBe(worktree.path);
    const { birthtimeNs: born } = await stat(worktree.path, { bigint: true });
    const seen = own('status', '--porcelain', '--ignored', '--untracked-files=all');
    return { worktree, born, seen, own };
  };
  return { repository, git, base, worktrees, directory, notices, use, look };
}

test('a worktree is used again, as clean as a new one, at the commit that is asked for', async () => {
  const { git, use, look, repository } = await pooled();
  const first = await use(
    'echo x > a.txt; rm -r d; mkdir cache new; touch cache/f new/f; git config user.name x; git config user.email x; git add -A; git commit -qm mine; git checkout -qb other; git update-index --assume-unchanged a.txt; echo y > a.txt; git stash',
  );
  writeFileSync(join(repository.root, 'later.txt'), 'later\n');
  git('rm', '-q', 'd/b.txt');
  git('add', 'later.txt');
  git('commit', '-qm', 'second');
  const { born, seen, worktree, own } = await look();
  expect({ path: worktree.path, born }).toEqual(first);
  expect(seen).toBe('');
  expect(await readdir(worktree.path)).toEqual(['.git', '.gitignore', 'a.txt', 'd', 'later.txt']);
  expect(readFileSync(join(worktree.path, 'a.txt'), 'utf8')).toBe('a\n');
  expect(own('log', '--format=%s')).toBe('second\nfirst');
});

test('with keepIgnored what the rules of the next commit ignore stays, and nothing else', async () => {
  const { git, use, look, repository } = await pooled({ keepIgnored: true });
  const work = 'mkdir cache; touch cache/f x.log new; echo new > .gitignore; rm a.txt';
  await use(work);
  expect((await look()).seen).toBe('!! cache/f\n!! x.log');
  await use(work);
  writeFileSync(join(repository.root, '.gitignore'), 'cache/\n');
  git('commit', '-qam', 'logs are no longer ignored');
  expect((await look()).seen).toBe('!! cache/f');
});

test('a worktree in which something is odd is replaced', async () => {
  const { use, look } = await pooled();
  const odd = {
    'a repository in a tracked folder': 'git init -q d',
    'an unreadable folder': 'mkdir -p z/z; touch z/z/f; chmod 0 d/e z',
    'a folder that cannot be written': 'chmod 500 d',
    'no files at all': 'cd ..; rm -rf agent-1',
    'a file in its place': 'cd ..; rm -rf agent-1; echo > agent-1',
    'a link in its place': 'cd ..; rm -rf agent-1; mkdir other; ln -s other agent-1',
  };
  for (const [name, work] of Object.entries(odd)) {
    const first = await use(work);
    const { seen, worktree, born } = await look();
    const c = readFileSync(join(worktree.path, 'd/e/c.txt'), 'utf8');
    expect({ name, seen, path: worktree.path, anew: born !== first.born, c }).toEqual({
      name,
      seen: '',
      path: first.path,
      anew: true,
      c: 'c\n',
    });
    await worktree.giveBack();
  }
});

test("what was done to a worktree's files and to its git does not matter", async () => {
  const { use, look } = await pooled();
  const git = '"$(git rev-parse --git-dir)';
  const done = {
    'an index of its own': 'echo evil > a.txt; git add a.txt; git update-index --skip-worktree a.txt',
    'a torn index': `echo torn > ${git}/index"`,
    locks: `touch ${git}/index.lock" ${git}/HEAD.lock"`,
    'no git directory': `rm -rf ${git}"`,
    'another git init in it': 'rm -rf .git; git init -q; git config core.fsmonitor evil',
    'another git directory': 'rm -rf .git; echo "gitdir: /tmp" > .git',
    'a link in place of the git directory': 'mv .git ../real; ln -s ../real .git',
    'a stash and branches': 'echo x > a.txt; git -c user.name=x -c user.email=x stash -q; git branch mine',
    'configuration of its own':
      'git config extensions.worktreeConfig true; git config --worktree core.bare true',
    'a merge half-way': `echo $(git rev-parse HEAD) > ${git}/MERGE_HEAD"`,
    'a folder and a link where files were':
      'rm a.txt; mkdir -p a.txt/x; touch a.txt/x/y; rm -r d; ln -s /etc d',
    'a repository beside the files': 'git init -q new; touch new/f',
    'the same size and time': 'cp -p a.txt ../old; echo z > a.txt; touch -r ../old a.txt; rm ../old',
  };
  const first = await use('true');
  for (const [name, work] of Object.entries(done)) {
    await use(work);
    const { seen, worktree, born } = await look();
    const a = readFileSync(join(worktree.path, 'a.txt'), 'utf8');
    expect({ name, seen, anew: born !== first.born, a }).toEqual({ name, seen: '', anew: false, a: 'a\n' });
    await worktree.giveBack();
  }
});

test("worktrees in use at the same time are different ones; those of checks are never an agent's", async () => {
  const { worktrees, base, directory } = await pooled();
  const taken = await Promise.all(
    (['agent', 'agent', 'verify', 'verify'] as const).map((use) => worktrees.take(use, base, base)),
  );
  expect(taken.map(({ path }) => path)).toEqual(
    ['agent-1', 'agent-2', 'verify-1', 'verify-2'].map((name) => join(directory, name)),
  );
  for (const each of taken) await each.giveBack();
  expect((await worktrees.take('verify', base, base)).path).toBe(taken[2]?.path);
  await worktrees.removeAll();
  expect(existsSync(directory)).toBe(false);
  const again = await worktrees.take('agent', base, base);
  expect(existsSync(join(again.path, 'a.txt'))).toBe(true);
});

test('no more worktrees are made than are wanted: one that is given back is waited for', async () => {
  const { worktrees, base } = await pooled();
  let waits = 0;
  const limit = { most: 1, onWait: () => (waits += 1) };
  const first = await worktrees.take('agent', base, 'T-1', limit);
  const second = worktrees.take('agent', base, 'T-2', limit);
  expect(waits).toBe(1);
  await first.giveBack();
  expect((await second).path).toBe(first.path);
});
