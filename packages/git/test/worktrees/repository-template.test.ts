import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  fetchCommit,
  moveWorktree,
  openRepository,
  PinnedSettings,
  readTemplate,
  type Repository,
  resolveCommit,
  prepareRepository,
  writeRepository,
} from '../../src/index.ts';
import { remoteAddress } from '../../src/worktrees/repository-template.ts';
import { commitAll, userGit } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { head, repositoryWith } from '../fixture.ts';

async function made(repository: Repository) {
  const room = temporaryFolder();
  const [tree, indexFile] = [join(room, 'w'), join(room, 'w.index')];
  const template = await readTemplate(repository, await PinnedSettings.of(repository));
  const write = async () => {
    await moveWorktree({ repository, workTree: tree, indexFile }, head(repository));
    await prepareRepository(template, tree);
    await writeRepository(tree, { commit: head(repository), indexFile });
  };
  await write();
  return { tree, write };
}

test("it has the user's branches, tags and remote-tracking refs, and a clean, detached checkout", async () => {
  const source = await repositoryWith({ a: '1' });
  userGit(source.root, 'branch', 'topic');
  const clone = join(temporaryFolder(), 'clone');
  userGit(source.root, 'clone', '--quiet', source.root, clone);
  userGit(clone, 'tag', 'light');
  userGit(clone, '-c', 'user.name=x', '-c', 'user.email=x', 'tag', '-m', 'v1', 'v1.0');
  const { tree } = await made(await openRepository(clone));
  const format = '--format=%(refname) %(objectname) %(*objectname)';
  const places = ['refs/heads', 'refs/tags', 'refs/remotes'];
  expect(userGit(tree, 'for-each-ref', format, ...places)).toBe(
    userGit(clone, 'for-each-ref', format, ...places),
  );
  expect(userGit(tree, 'describe')).toBe('v1.0');
  expect(userGit(tree, 'rev-parse', '--abbrev-ref', 'origin/HEAD')).toBe('origin/main');
  expect(userGit(tree, 'status', '--porcelain', '--branch')).toBe('## HEAD (no branch)');
  expect(userGit(tree, 'fsck')).toBe('');
});

test('it can fetch from the remotes, and push to none, with a reason', async () => {
  const repository = await repositoryWith({ a: '1' });
  const bare = join(temporaryFolder(), 'bare.git');
  userGit(repository.root, 'clone', '--quiet', '--bare', repository.root, bare);
  userGit(repository.root, 'remote', 'add', 'origin', bare);
  const { tree } = await made(repository);
  expect(userGit(tree, 'remote', 'get-url', 'origin')).toBe(bare);
  userGit(tree, 'fetch', '--quiet');
  expect(() => userGit(tree, 'push', '--quiet', 'origin', 'HEAD:refs/heads/main')).toThrow(
    'Sage lands this work itself, pushing is turned off here',
  );
});

test("without a remote, the user's checkout is the origin", async () => {
  const repository = await repositoryWith({ a: '1' });
  const { tree } = await made(repository);
  expect(userGit(tree, 'remote', 'get-url', 'origin')).toBe(repository.root);
});

test.each([
  ['https://una:secret@example.org/x.git', 'https://example.org/x.git'],
  ['https://token@example.org/x.git', 'https://example.org/x.git'],
  ['ssh://git:secret@example.org/x.git', 'ssh://git@example.org/x.git'],
  ['git@example.org:team/x.git', 'git@example.org:team/x.git'],
  ['../x.git', '/home/una/x.git'],
  ['/srv/x.git', '/srv/x.git'],
])('the address %s becomes %s', (address, expected) => {
  expect(remoteAddress(address, '/home/una/work')).toBe(expected);
});

test('what was done to a repository before is gone from the next', async () => {
  const repository = await repositoryWith({ a: '1' });
  userGit(repository.root, 'config', 'filter.up.clean', 'tr a-z "A-Z" # \\');
  const { tree, write } = await made(repository);
  userGit(tree, 'config', 'core.fsmonitor', 'evil');
  userGit(tree, 'branch', 'mine');
  mkdirSync(join(tree, '.git/hooks'));
  writeFileSync(join(tree, '.git/hooks/post-checkout'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  // Whoever writes into the user's configuration later changes nothing either.
  userGit(repository.root, 'config', 'filter.late.clean', 'evil');
  await write();
  expect(userGit(tree, 'config', '--local', '--list')).not.toContain('evil');
  expect(userGit(tree, 'config', 'filter.up.clean')).toBe('tr a-z "A-Z" # \\');
  expect(userGit(tree, 'branch', '--list', 'mine')).toBe('');
  expect(existsSync(join(tree, '.git/hooks'))).toBe(false);
});

test("a user's hooks for all repositories are not run", async () => {
  const repository = await repositoryWith({ a: '1' });
  const { tree } = await made(repository);
  expect(userGit(tree, 'config', 'core.hooksPath')).toBe('/dev/null');
});

test.each([
  ['a shallow clone', ['--depth=1']],
  ['a clone with alternates', ['--shared']],
  ['a partial clone', ['--filter=blob:none']],
  ['sha256', []],
])('repositories of %s check out, commit and give the commit back', async (kind, flags) => {
  const source = await repositoryWith({ a: '1' }, ...(kind === 'sha256' ? ['--object-format=sha256'] : []));
  userGit(source.root, 'config', 'uploadpack.allowFilter', 'true');
  commitAll(source.root, { a: '2' });
  const clone = join(temporaryFolder(), 'clone "\u00fc:');
  const address = flags[0] === '--shared' ? source.root : `file://${source.root}`;
  userGit(source.root, 'clone', '--quiet', ...flags, address, clone);
  const repository = await openRepository(clone);
  const { tree } = await made(repository);
  expect((await readTemplate(repository, await PinnedSettings.of(repository))).partial).toBe(
    kind === 'a partial clone',
  );
  expect(readFileSync(join(tree, 'a'), 'utf8')).toBe('2');
  expect(userGit(tree, 'log', '-p', '-1')).toContain('+2');
  userGit(tree, 'config', 'user.name', 'x');
  userGit(tree, 'config', 'user.email', 'x@y');
  const commit = commitAll(tree, { a: '3' });
  await fetchCommit(repository, join(tree, '.git'), commit);
  expect(await resolveCommit(repository, commit)).toBe(commit);
  userGit(clone, 'fsck', '--no-dangling');
});
