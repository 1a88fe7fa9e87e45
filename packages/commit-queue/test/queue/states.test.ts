import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { openRepository } from '@sage/git';
import { expect, test } from 'vitest';
import { entrySchema } from '../../src/entries/entry.ts';
import { openCommitQueue } from '../../src/index.ts';
import { commitAll, userGit } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { start } from '../child.ts';
import { landAll, MAIN, repositoryWith, status, tip, workCommit } from '../fixture.ts';
import { expectSound } from '../sound.ts';

const FILES = { a: '1\n', b: '1\n', 'in/c': '1\n', 'out/d': '1\n' };
const WORK = { a: '2\n', 'out/d': '2\n', 'out/new': 'n\n' };

/** Returns the repository to land in, where it is not the one given. */
type Prepare = (root: string) => string | void;
/** Done when the work is there. Returns variables for the queue. */
type Then = (root: string) => Record<string, string> | void;

const clone =
  (...flags: string[]): Prepare =>
  (root) => {
    commitAll(root, { b: '0\n' }, 'second');
    userGit(root, 'config', 'uploadpack.allowFilter', 'true');
    const path = join(temporaryFolder(), 'clone');
    userGit(root, 'clone', '--quiet', ...flags, `file://${root}`, path);
    identify(path);
    return path;
  };

function identify(root: string): void {
  userGit(root, 'config', 'user.name', 'Una');
  userGit(root, 'config', 'user.email', 'una@example.org');
}

const submodule: Prepare = (root) => {
  const other = temporaryFolder();
  userGit(other, 'init', '--quiet');
  const who = ['-c', 'user.name=U', '-c', 'user.email=u@x'];
  userGit(other, ...who, 'commit', '--quiet', '--allow-empty', '--message', 'sub');
  userGit(root, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', other, 'module');
  commitAll(root, {}, 'a submodule');
  identify(join(root, 'module'));
  commitAll(join(root, 'module'), {}, 'of the user, not recorded');
};

const hooks: Then = (root) => {
  const names =
    'applypatch-msg commit-msg fsmonitor-watchman post-checkout post-commit post-index-change post-merge post-rewrite pre-auto-gc pre-commit pre-merge-commit pre-rebase prepare-commit-msg reference-transaction update';
  for (const name of names.split(' ')) {
    const file = join(root, '.git/hooks', name);
    writeFileSync(file, `#!/bin/sh\ntouch '${root}/${name}-ran'\nsleep 600\nexit 1\n`);
    chmodSync(file, 0o755);
  }
};

const HOSTILE = `[core]
  hooksPath = /nowhere
  fsmonitor = touch pwned
  pager = touch pwned
  editor = touch pwned
  abbrev = 4
  quotePath = true
  splitIndex = true
  untrackedCache = true
  commentChar = S
  excludesFile = /dev/null
[color]
  ui = always
[diff]
  external = touch pwned
  noprefix = true
  renames = false
  mnemonicPrefix = true
[log]
  showSignature = true
  decorate = full
  date = raw
  abbrevCommit = true
[format]
  pretty = %s
[trailer]
  separators = "="
  ifexists = doNothing
[i18n]
  logOutputEncoding = UTF-16
  commitEncoding = latin1
[merge]
  ff = only
  conflictStyle = zdiff3
[user]
  useConfigOnly = true
[alias]
  merge-tree = !touch pwned
  update-ref = !touch pwned
[fetch]
  recurseSubmodules = true
[submodule]
  recurse = true
[protocol]
  allow = never
[worktree]
  guessRemote = true
`;

const hostile: Then = () => {
  const file = join(temporaryFolder(), 'gitconfig');
  writeFileSync(file, HOSTILE);
  return { GIT_CONFIG_GLOBAL: file };
};

const variables: Then = () => ({
  ...Object.fromEntries(
    ['DIR', 'WORK_TREE', 'INDEX_FILE', 'OBJECT_DIRECTORY', 'COMMON_DIR', 'NAMESPACE', 'QUARANTINE_PATH'].map(
      (name) => [`GIT_${name}`, '/nowhere'],
    ),
  ),
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'core.hooksPath',
  GIT_CONFIG_VALUE_0: '/nowhere',
  GIT_CONFIG_PARAMETERS: "'core.bare'='true'",
  GIT_AUTHOR_NAME: 'Mallory',
  GIT_COMMITTER_DATE: 'never',
  GIT_TRACE: '1',
  GIT_LITERAL_PATHSPECS: '0',
  GIT_EXTERNAL_DIFF: 'touch pwned',
  GIT_DEFAULT_HASH: 'sha256',
});

const linked: Prepare = (root) => {
  const path = join(temporaryFolder(), 'linked');
  userGit(root, 'checkout', '--quiet', '-b', 'other');
  userGit(root, 'worktree', 'add', '--quiet', path, 'main');
  rmSync(path, { recursive: true });
};

const rebasing: Prepare = (root) => {
  userGit(root, 'checkout', '--quiet', '-b', 'other');
  commitAll(root, { b: 'other\n' });
  expect(() => userGit(root, 'rebase', '--quiet', '--exec', 'false', 'main')).toThrow('Command failed');
};

const sharing: Prepare = (root) => {
  const path = join(temporaryFolder(), 'clone');
  userGit(root, 'clone', '--quiet', '--shared', root, path);
  identify(path);
  return path;
};

const nothing = () => {};

// Where the checkout follows, the landing is on disk; where it is of something else, nothing of it.
test.each<[string, 'follows' | 'stays', Prepare, Then]>([
  ['checked out here', 'follows', nothing, nothing],
  ['HEAD detached', 'stays', (root) => void userGit(root, 'checkout', '--quiet', '--detach'), nothing],
  ['HEAD unborn', 'stays', (root) => void userGit(root, 'symbolic-ref', 'HEAD', 'refs/heads/none'), nothing],
  ['in a linked worktree whose directory is gone', 'stays', linked, nothing],
  ['beside a rebase of another branch', 'stays', rebasing, nothing],
  ['sparse', 'follows', nothing, (root) => void userGit(root, 'sparse-checkout', 'set', '--cone', 'in')],
  ['a shallow clone', 'follows', clone('--depth=1'), nothing],
  ['a partial clone', 'follows', clone('--filter=blob:none'), nothing],
  ['a clone with alternates', 'follows', sharing, nothing],
  ['with a submodule that is ahead', 'follows', submodule, nothing],
  ['with hooks that hang, fail and veto', 'follows', nothing, hooks],
  ['with a hostile configuration', 'follows', nothing, hostile],
  ['with variables of another git', 'follows', nothing, variables],
])('%s: what is queued lands once, and the checkout %s', async (_, checkout, prepare, then) => {
  const origin = await repositoryWith(FILES);
  const repository = await openRepository(prepare(origin.root) ?? origin.root);
  const { root } = repository;
  const base = tip(repository);
  const commit = workCommit(repository, WORK, base);
  const before = status(repository);
  const variables = then(root);
  const file = join(root, '.sage/commit-queue/00000001.json');
  const queued = await land(root, variables, { base, commit });
  // Plain git, which works from here on, would run them.
  rmSync(join(root, '.git/hooks'), { recursive: true, force: true });
  // Only the trailer tells then, and git has to be asked for it.
  writeFileSync(file, queued);
  const made = userGit(root, 'commit-tree', 'main^{tree}', '-p', 'main', '-p', base, '-m', 'a merge');
  userGit(root, 'update-ref', MAIN, made);
  await land(root, variables);
  expectSound(root, [entrySchema.parse(JSON.parse(queued))]);
  expect(status(repository)).toBe(before);
  expect(readFileSync(join(root, 'a'), 'utf8')).toBe(checkout === 'follows' ? '2\n' : '1\n');
  expect(readdirSync(root).filter((name) => /pwned|-ran$/.test(name))).toEqual([]);
});

/**
 * Lands what is queued, with variables in a process of its own. `work` is queued first; returns the file of its entry
 * as it is then.
 */
async function land(root: string, variables: Record<string, string> | void, work?: Given): Promise<string> {
  const { queued, states } = await (variables ? landInProcess(root, variables, work) : landHere(root, work));
  expect(states).toEqual(['landed']);
  return queued;
}

interface Given {
  base: string;
  commit: string;
}
interface Landed {
  queued: string;
  states: string[];
}

async function landHere(root: string, work?: Given): Promise<Landed> {
  const queue = await openCommitQueue({ repository: root, lockTimeout: 0 });
  if (work) await queue.enqueue({ ticket: 'T', target: MAIN, message: 'feat: T', ...work });
  const queued = readFileSync(join(root, '.sage/commit-queue/00000001.json'), 'utf8');
  return { queued, states: (await landAll(queue)).map(({ state }) => state) };
}

async function landInProcess(root: string, variables: Record<string, string>, work?: Given): Promise<Landed> {
  const child = start(['land', root, ...(work ? [work.base, work.commit] : [])], variables);
  const printed = await text(child.stdout ?? Readable.from([]));
  return JSON.parse(printed) as Landed;
}
