import { chmodSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { put, userGit } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { landAll, MAIN, pins, queueOn, repositoryWith, status, tip } from '../fixture.ts';
import { openCommitQueue } from '../../src/index.ts';

async function directoryQueue() {
  const { repository, queue } = await queueOn({
    'd/keep': 'k',
    edit: '1',
    gone: '1',
    old: 'rename me',
    's.sh': '#!',
  });
  const directory = join(temporaryFolder(), 'copy');
  userGit(repository.root, 'worktree', 'add', '--quiet', '--detach', directory);
  const add = (files: string[]) =>
    queue.enqueue({ ticket: 'T', target: MAIN, message: 'm', directory, files, base: tip(repository) });
  return { repository, queue, directory, add };
}

test('adds, edits, deletions, renames, modes and symlinks of the listed files land, and nothing else', async () => {
  const { repository, queue, directory, add } = await directoryQueue();
  const base = tip(repository);
  put(directory, {
    edit: '2',
    gone: null,
    '-n\new/:(glob)': 'n',
    unlisted: 'x',
    'd/keep': 'changed, not listed',
  });
  renameSync(join(directory, 'old'), join(directory, 'renamed'));
  chmodSync(join(directory, 's.sh'), 0o755);
  symlinkSync('../outside', join(directory, 'link'));
  await add(['edit', 'gone', '-n\new/:(glob)', 'old', 'renamed', 's.sh', 'link', 'never-was']);
  await landAll(queue);
  const diff = userGit(repository.root, 'diff-tree', '-r', '-M', '--name-status', base, 'main');
  expect(diff.split('\n').sort()).toEqual([
    'A\t"-n\\new/:(glob)"',
    'A\tlink',
    'D\tgone',
    'M\tedit',
    'M\ts.sh',
    'R100\told\trenamed',
  ]);
  expect(userGit(repository.root, 'ls-tree', 'main', 'link', 's.sh')).toMatch(/^120000.*\n100755/);
  expect(status(repository)).toBe('');
});

test('the directory need not be a checkout, and the filters of the repository apply', async () => {
  const repository = await repositoryWith({ '.gitattributes': '*.up filter=up\n*.txt text\n' });
  userGit(repository.root, 'config', 'filter.up.clean', 'tr a-z A-Z');
  const queue = await openCommitQueue({ repository });
  const directory = temporaryFolder();
  put(directory, { '.gitattributes': '*.up filter=up\n*.txt text\n', 'x.up': 'loud', 'l.txt': 'a\r\n' });
  await queue.enqueue({
    ticket: 'T',
    target: MAIN,
    message: 'm',
    directory,
    files: ['x.up', 'l.txt'],
    base: tip(repository),
  });
  await landAll(queue);
  expect(userGit(repository.root, 'cat-file', 'blob', 'main:x.up')).toBe('LOUD');
  expect(userGit(repository.root, 'cat-file', '-s', 'main:l.txt')).toBe('2');
});

test('a folder replaced by a file and a file by a folder', async () => {
  const { repository, queue, directory, add } = await directoryQueue();
  put(directory, { d: 'now a file', edit: null, 'edit/inner': 'x' });
  await add(['d', 'd/keep', 'edit', 'edit/inner']);
  await landAll(queue);
  expect(userGit(repository.root, 'ls-tree', '-r', '--name-only', 'main').split('\n')).toEqual([
    'd',
    'edit/inner',
    'gone',
    'old',
    's.sh',
  ]);
});

test('paths that leave the directory, belong to git or are no files are refused, and nothing is pinned', async () => {
  const { repository, directory, add } = await directoryQueue();
  const outside = temporaryFolder();
  writeFileSync(join(outside, 'secret'), 's');
  symlinkSync(outside, join(directory, 'way-out'));
  mkdirSync(join(directory, 'folder'));
  for (const file of [
    '../x',
    '/etc/passwd',
    '',
    '.',
    'a//b',
    'd/../edit',
    '.git/config',
    'd/.GIT/x',
    'way-out/secret',
    'folder',
    'a\0b',
  ]) {
    await expect(add([file])).rejects.toMatchObject({ code: 'BAD_FILE', subject: file });
  }
  expect(pins(repository)).toEqual([]);
});

test('a name that git leaves out is refused, not left out', async () => {
  const { repository, queue } = await queueOn({ a: '1' });
  const directory = temporaryFolder();
  put(directory, { ok: '1', 'git~1': '1' });
  const work = { ticket: 'T', target: MAIN, message: 'm', directory, base: tip(repository) };
  await expect(queue.enqueue({ ...work, files: ['ok', 'git~1'] })).rejects.toMatchObject({
    code: 'BAD_FILE',
    subject: 'git~1',
  });
});
