import { chmodSync, lstatSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { userGit } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, test } from 'vitest';
import { makeFolderWithin, makeTopFolder, PinnedSettings, shareAsAround } from '../../src/index.ts';
import { ScratchObjects } from '../../src/worktrees/scratch-objects.ts';
import { repositoryWith } from '../fixture.ts';

const GROUP = { bits: 0o660, exact: false };

test('what is made below a shared folder is shared as well', async () => {
  const top = join(temporaryFolder(), 'a/b');
  await makeTopFolder(top, GROUP);
  await makeFolderWithin(join(top, 'c/d'));
  const file = join(top, 'c/d/file');
  writeFileSync(file, '');
  shareAsAround(file);
  const folders = [top, join(top, '..'), join(top, 'c'), join(top, 'c/d')];
  expect(folders.map((each) => mode(each) & 0o2070)).toEqual([0o2070, 0o2070, 0o2070, 0o2070]);
  expect(mode(file) & 0o2070).toBe(0o060);
});

test('elsewhere, and for what is there already, nothing changes', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'there'));
  chmodSync(join(folder, 'there'), 0o700);
  await makeTopFolder(join(folder, 'there'), GROUP);
  await makeFolderWithin(join(folder, 'there/below'));
  const file = join(folder, 'there/file');
  writeFileSync(file, '', { mode: 0o600 });
  shareAsAround(file);
  expect(mode(join(folder, 'there'))).toBe(0o700);
  expect(mode(join(folder, 'there/below')) & 0o2020).toBe(0);
  expect(mode(file)).toBe(0o600);
});

test('settings and objects of a moment are shared in a shared repository', async () => {
  const repository = await repositoryWith({ a: '1' });
  userGit(repository.root, 'config', 'core.sharedRepository', 'group');
  await using pinned = (await PinnedSettings.of(repository)).open();
  await pinned.of(repository);
  await using scratch = await ScratchObjects.open(repository);
  const person = { name: 'A', email: 'a@b', date: new Date(0) };
  const tree = userGit(repository.root, 'rev-parse', 'HEAD^{tree}');
  scratch.writeCommit({ tree, parents: [], author: person, committer: person, message: 'm' });
  for (const top of ['sage-settings', 'sage-objects'])
    for (const path of ['.', ...readdirSync(join(repository.gitDir, top), { recursive: true })] as string[]) {
      const status = lstatSync(join(repository.gitDir, top, path));
      // What is read through a link is the repository's own.
      if (status.isSymbolicLink() || path.includes('/refs/')) continue;
      const wanted = status.isDirectory() ? 0o2070 : (status.mode & 0o200) === 0 ? 0o040 : 0o060;
      expect([top, path, status.mode & 0o2070]).toEqual([top, path, wanted]);
    }
});

function mode(path: string): number {
  return statSync(path).mode & 0o7777;
}
