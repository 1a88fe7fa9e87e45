import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import {
  commitsBetween,
  commitTree,
  fetchCommit,
  findTrailers,
  git,
  mergeTrees,
  readBlob,
  readCommit,
  resolveCommit,
  treeEntry,
  writeTreeWith,
} from '../../src/index.ts';
import { commitAll, userGit } from '@sage/test-support/repository';
import { head, NOON, repositoryWith, SAGE } from '../fixture.ts';

test('a clean merge gives the tree that git merge gives, and touches nothing', async () => {
  const repository = await repositoryWith({ a: '1\n', b: '1\n' });
  userGit(repository.root, 'checkout', '--quiet', '-b', 'side');
  const side = commitAll(repository.root, { a: '2\n', 'new\nline': 'x' });
  userGit(repository.root, 'checkout', '--quiet', 'main');
  const main = commitAll(repository.root, { b: '3\n' });
  const { tree, conflicts } = await mergeTrees(repository, main, side);
  expect(conflicts).toEqual([]);
  expect(head(repository)).toBe(main);
  userGit(repository.root, 'merge', '--quiet', '--no-edit', 'side');
  expect(tree).toBe(userGit(repository.root, 'rev-parse', 'HEAD^{tree}'));
});

test('conflicts name each path once, with odd names exact, and say why', async () => {
  const repository = await repositoryWith({ 'o d\nd': '1\n', gone: '1\n' });
  userGit(repository.root, 'checkout', '--quiet', '-b', 'side');
  const side = commitAll(repository.root, { 'o d\nd': '2\n', gone: null });
  userGit(repository.root, 'checkout', '--quiet', 'main');
  const main = commitAll(repository.root, { 'o d\nd': '3\n', gone: '4\n' });
  const { conflicts, messages } = await mergeTrees(repository, main, side);
  expect(conflicts).toEqual([{ path: 'gone' }, { path: 'o d\nd' }]);
  expect(messages.some((message) => message.includes('CONFLICT (modify/delete): gone'))).toBe(true);
  expect(messages.some((message) => message.includes('CONFLICT (content)'))).toBe(true);
});

test('files are replaced and added in a tree, the mode of an existing one kept', async () => {
  const repository = await repositoryWith({ 'bin/x': '1', keep: 'k' });
  userGit(repository.root, 'update-index', '--chmod=+x', 'bin/x');
  userGit(repository.root, 'commit', '--quiet', '-m', 'mode');
  const tree = await writeTreeWith(repository, 'HEAD', [
    { path: 'bin/x', content: '2' },
    { path: ':(glob)ü/-n', content: 'new' },
  ]);
  expect(await treeEntry(repository, tree, 'bin/x')).toMatchObject({ mode: '100755' });
  expect(await treeEntry(repository, tree, ':(glob)ü/-n')).toMatchObject({ mode: '100644', type: 'blob' });
  expect(await readBlob(repository, tree, ':(glob)ü/-n')).toBe('new');
  expect(await readBlob(repository, tree, 'keep')).toBe('k');
  expect(await readBlob(repository, tree, 'bin')).toBeUndefined();
  expect(await readBlob(repository, tree, 'nope')).toBeUndefined();
});

test('a commit is written and read back, trailers included', async () => {
  const repository = await repositoryWith({ a: '1' });
  const author = { name: 'Zoë', email: 'z@example.org', date: '2020-05-06T07:08:09+02:00' };
  const message = 'feat: x\n\nbody: not a trailer\n\nSage-Ticket: A-1\nSigned-off-by: Z <z>\n';
  const parents = [head(repository)];
  const oid = await commitTree(repository, {
    tree: await git(repository, ['rev-parse', 'HEAD^{tree}']),
    parents,
    message,
    author,
    committer: { ...SAGE, date: NOON },
  });
  const commit = await readCommit(repository, oid);
  expect(commit).toMatchObject({ oid, parents, author, message: message, committer: SAGE });
  expect(commit.trailers).toEqual([
    { key: 'Sage-Ticket', value: 'A-1' },
    { key: 'Signed-off-by', value: 'Z <z>' },
  ]);
  expect(Date.parse(commit.committer.date)).toBe(NOON.getTime());
});

test('an author name that git would refuse does not fail a commit', async () => {
  const repository = await repositoryWith({ a: '1' });
  const oid = await commitTree(repository, {
    tree: await git(repository, ['rev-parse', 'HEAD^{tree}']),
    parents: [],
    message: 'x\0y',
    author: { name: ' <>\n', email: '' },
    committer: { ...SAGE, date: NOON },
  });
  expect(await readCommit(repository, oid)).toMatchObject({
    author: { name: 'unknown', email: '' },
    message: 'xy',
  });
});

test('trailers are found by key, in a range and by touched path', async () => {
  const repository = await repositoryWith({ a: '1' });
  const first = head(repository);
  const one = commitAll(repository.root, { a: '2' }, 'one\n\nSage-Ticket: T-1\nSage-Ticket: T-2');
  const two = commitAll(repository.root, { 'b\tc': '2' }, 'two\n\nSage-Ticket: T-3');
  commitAll(repository.root, { c: '2' }, 'three\n\nSage-Ticketing: no');
  expect(await findTrailers(repository, first, 'main', 'Sage-Ticket')).toEqual([
    { commit: two, values: ['T-3'] },
    { commit: one, values: ['T-1', 'T-2'] },
  ]);
  expect(await findTrailers(repository, one, 'main', 'Sage-Ticket')).toHaveLength(1);
  expect(await findTrailers(repository, undefined, 'main', 'Sage-Ticket', ['a'])).toEqual([
    { commit: one, values: ['T-1', 'T-2'] },
  ]);
  expect(await findTrailers(repository, first, 'main', 'Sage-Ticket', ['b\tc', 'zz'])).toHaveLength(1);
  expect(await commitsBetween(repository, first, 'main')).toEqual([one, two, head(repository)]);
});

test('a commit is fetched by id with its objects and no ref', async () => {
  const source = await repositoryWith({ a: '1' });
  const wanted = commitAll(source.root, { a: '2' });
  userGit(source.root, 'reset', '--quiet', '--hard', 'HEAD^');
  const repository = await repositoryWith({ z: '1' });
  await fetchCommit(repository, source.root, wanted);
  expect(await resolveCommit(repository, wanted)).toBe(wanted);
  expect(await readBlob(repository, wanted, 'a')).toBe('2');
  expect(userGit(repository.root, 'for-each-ref', '--format=%(refname)')).toBe('refs/heads/main');
});

test('a commit with a tree that no git would write is not fetched', async () => {
  const source = await repositoryWith({ a: '1' });
  const blob = userGit(source.root, 'rev-parse', 'HEAD:a');
  const input = `100644 blob ${blob}\t.GIT\n`;
  const tree = execFileSync('git', ['mktree'], { cwd: source.root, input, encoding: 'utf8' }).trim();
  const commit = userGit(source.root, 'commit-tree', tree, '-m', 'bad');
  const repository = await repositoryWith({ z: '1' });
  await expect(fetchCommit(repository, source.root, commit)).rejects.toThrow(/^[^\n]*hasDotgit[^\n]*$/);
  expect(await resolveCommit(repository, commit)).toBeUndefined();
});

test('sha256 repositories work with their longer ids', async () => {
  const repository = await repositoryWith({ a: '1\n' }, '--object-format=sha256');
  expect(head(repository)).toHaveLength(64);
  const tree = await writeTreeWith(repository, head(repository), [{ path: 'n', content: 'x' }]);
  const oid = await commitTree(repository, {
    tree,
    parents: [head(repository)],
    message: 'm',
    author: SAGE,
    committer: SAGE,
  });
  expect((await mergeTrees(repository, head(repository), oid)).tree).toBe(tree);
});
