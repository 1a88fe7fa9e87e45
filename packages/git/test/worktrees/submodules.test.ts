import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  collectWorktree,
  GitSession,
  moveWorktree,
  prepareRepository,
  PinnedSettings,
  readTemplate,
  writeRepository,
} from '../../src/index.ts';
import { commitAll, put, userGit } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { head, NOON, repositoryWith, SAGE } from '../fixture.ts';

const local = ['-c', 'protocol.file.allow=always'];

/** A worktree with a checked-out submodule `lib`, which has one of its own, `lib/deep`. */
async function worker({ populated = true } = {}) {
  const deep = await repositoryWith({ 'deep.txt': '1' });
  const lib = await repositoryWith({ 'lib.txt': '1' });
  userGit(lib.root, ...local, 'submodule', '--quiet', 'add', deep.root, 'deep');
  userGit(lib.root, 'commit', '--quiet', '-m', 'deep');
  const repository = await repositoryWith({ a: '1' });
  userGit(repository.root, ...local, 'submodule', '--quiet', 'add', lib.root, 'lib');
  userGit(repository.root, 'commit', '--quiet', '-m', 'lib');
  const base = head(repository);
  const room = temporaryFolder();
  const [tree, indexFile] = [join(room, 'w'), join(room, 'w.index')];
  const template = await readTemplate(repository, await PinnedSettings.of(repository));
  await moveWorktree({ repository, workTree: tree, indexFile }, base);
  await prepareRepository(template, tree);
  await writeRepository(tree, { commit: base, indexFile });
  if (populated) userGit(tree, ...local, 'submodule', '--quiet', 'update', '--init', '--recursive');
  const collect = async () => {
    await using session = new GitSession(repository);
    const kept = new Map<string, string>();
    const work = await collectWorktree({
      repository,
      session,
      template,
      workTree: tree,
      indexFile,
      indexCommit: base,
      base,
      exclude: [],
      message: 'feat: all of it',
      author: SAGE,
      date: NOON,
      referSubmodule: async (path, commit) => {
        userGit(repository.root, 'update-ref', `refs/sage/submodules/T/${path.replaceAll('/', '_')}`, commit);
        kept.set(path, commit);
      },
    });
    return { ...work, kept };
  };
  const change = (commit = '') =>
    userGit(repository.root, 'diff-tree', '-r', '--name-status', '--no-renames', base, commit);
  const commit = (path: string, files: Record<string, string>) => {
    for (const [key, value] of [
      ['name', 'Agent'],
      ['email', 'agent@example.org'],
    ])
      userGit(join(tree, path), 'config', `user.${key}`, value ?? '');
    return commitAll(join(tree, path), files);
  };
  return { repository, lib, deep, tree, base, collect, change, commit };
}

test('submodules that nobody touched are no work, checked out or not', async () => {
  for (const populated of [true, false]) {
    const { collect } = await worker({ populated });
    expect(await collect()).toMatchObject({ changedFiles: [], submodules: [] });
  }
});

test('a commit that only the agent has is kept, and does not land', async () => {
  const { repository, tree, collect, change, commit } = await worker();
  const made = commit('lib', { 'lib.txt': '2' });
  put(tree, { b: '1' });
  userGit(tree, 'add', '--all');
  const work = await collect();
  expect(change(work.commit)).toBe('A\tb');
  expect(work.submodules).toEqual([
    { path: 'lib', reason: 'it has commits that its own repository does not have', commit: made },
  ]);
  rmSync(tree, { recursive: true });
  expect(userGit(repository.root, 'cat-file', 'blob', `${work.kept.get('lib')}:lib.txt`)).toBe('2');
  expect(userGit(repository.root, 'fsck', '--connectivity-only', '--no-dangling')).toBe('');
});

test('edits that are not committed are kept as well, untracked files among them', async () => {
  const { repository, tree, collect } = await worker();
  put(tree, { 'lib/lib.txt': 'edited', 'lib/new.txt': 'x' });
  const { commit, submodules, kept } = await collect();
  expect(commit).toBeUndefined();
  expect(submodules).toMatchObject([{ path: 'lib', reason: 'it has changes that are not committed' }]);
  expect(userGit(repository.root, 'show', '--format=%s', '--name-only', kept.get('lib') ?? '')).toBe(
    'feat: all of it\n\nlib.txt\nnew.txt',
  );
});

test('work in a submodule of a submodule does not vanish', async () => {
  const { tree, collect, repository } = await worker();
  put(tree, { 'lib/deep/deep.txt': 'edited' });
  const { submodules, kept } = await collect();
  expect(submodules).toMatchObject([{ path: 'lib/deep' }]);
  expect(userGit(repository.root, 'cat-file', 'blob', `${kept.get('lib/deep')}:deep.txt`)).toBe('edited');
});

test("a commit that the submodule's own repository has lands", async () => {
  const { lib, tree, collect, repository } = await worker();
  const newer = commitAll(lib.root, { 'lib.txt': '2' });
  userGit(join(tree, 'lib'), 'fetch', '--quiet');
  userGit(join(tree, 'lib'), 'checkout', '--quiet', newer);
  const { commit, submodules, changedFiles } = await collect();
  expect({ submodules, changedFiles }).toEqual({ submodules: [], changedFiles: ['lib'] });
  expect(userGit(repository.root, 'rev-parse', `${commit}:lib`)).toBe(newer);
});

test('a submodule that was added lands, and a clone has it; one that was taken out is gone', async () => {
  const { repository, lib, tree, collect, change } = await worker();
  userGit(tree, ...local, 'submodule', '--quiet', 'add', lib.root, 'more/lib2');
  userGit(tree, 'rm', '--quiet', 'lib');
  const { commit = '', submodules } = await collect();
  expect(submodules).toEqual([]);
  expect(change(commit)).toBe('M\t.gitmodules\nD\tlib\nA\tmore/lib2');
  userGit(repository.root, 'branch', 'work', commit);
  const clone = join(temporaryFolder(), 'clone');
  userGit(tree, ...local, 'clone', '--quiet', '--recursive', '--branch=work', repository.root, clone);
  expect(userGit(join(clone, 'more/lib2'), 'show', 'HEAD:lib.txt')).toBe('1');
});

test('files in a submodule that is not checked out are kept', async () => {
  const { repository, tree, collect } = await worker({ populated: false });
  mkdirSync(join(tree, 'lib'), { recursive: true });
  put(tree, { 'lib/x': 'work' });
  const { submodules, kept } = await collect();
  expect(submodules).toMatchObject([
    { path: 'lib', reason: 'files were written into it, though it is not checked out' },
  ]);
  expect(userGit(repository.root, 'cat-file', 'blob', `${kept.get('lib')}:x`)).toBe('work');
});

test('a submodule that leads to a repository elsewhere cannot be read, and does not land', async () => {
  const { deep, tree, collect } = await worker();
  rmSync(join(tree, 'lib/.git'));
  put(tree, { 'lib/.git': `gitdir: ${deep.gitDir}\n` });
  const { submodules } = await collect();
  expect(submodules).toMatchObject([{ path: 'lib' }]);
});
