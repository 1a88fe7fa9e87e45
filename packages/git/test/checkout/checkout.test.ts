import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  branchCheckouts,
  finishCheckout as finish,
  git,
  moveCheckout as move,
  type IndexLock,
  lockIndex,
  moveConflicts,
  viewFile,
  stageObject,
  updateRefs,
  writeObject,
  type MoveOptions,
  type Repository,
} from '../../src/index.ts';
import { commitAll, put, userGit, type Files } from '@sage/test-support/repository';
import { head, repositoryWith } from '../fixture.ts';

async function locked<T>(
  checkout: Repository,
  work: (index: IndexLock) => Promise<T>,
  head?: string,
): Promise<T> {
  await using index = await lockIndex(checkout, head);
  const result = await work(index);
  await index.write();
  return result;
}

const checkoutConflicts = (checkout: Repository, from: string, to: string, options?: MoveOptions) =>
  locked(checkout, (index) => moveConflicts(checkout, index, from, to, options));
const moveCheckout = (
  checkout: Repository,
  from: string,
  to: string,
  options?: MoveOptions,
  before?: string,
) => locked(checkout, (index) => move(checkout, index, from, to, options), before);
const finishCheckout = (checkout: Repository, from: string, to: string) =>
  locked(checkout, (index) => finish(checkout, index, from, to));
const checkoutFile = (checkout: Repository, path: string) =>
  locked(checkout, (index) => viewFile(checkout, index, path));

/** A checkout at `from` whose branch has already moved on to `to`. */
async function moved(before: Files, change: Files, ready?: (repository: Repository) => void) {
  const repository = await repositoryWith(before);
  ready?.(repository);
  const from = head(repository);
  const to = commitAll(repository.root, change);
  userGit(repository.root, 'reset', '--quiet', '--hard', from);
  return {
    repository,
    from,
    to,
    land: () => updateRefs(repository, [{ ref: 'refs/heads/main', old: from, new: to }]),
  };
}

const status = (repository: Repository) =>
  userGit(repository.root, 'status', '--porcelain', '--untracked-files=all');
const read = (repository: Repository, path: string) => readFileSync(join(repository.root, path), 'utf8');

const CHANGE: Files = { edit: 'new', gone: null, 'add/ed': 'new', dir: null, 'was-dir': 'file now' };
const BEFORE: Files = { edit: 'old', gone: 'old', 'was-dir/x': 'old', beside: '1', other: '1' };

test('a clean checkout follows its branch: files, deletions, folders', async () => {
  const { repository, from, to, land } = await moved(BEFORE, {
    ...CHANGE,
    'was-dir/x': null,
    'was-dir': 'file now',
  });
  expect(await checkoutConflicts(repository, from, to)).toEqual([]);
  await land();
  await moveCheckout(repository, from, to);
  expect(status(repository)).toBe('');
  expect(read(repository, 'edit')).toBe('new');
});

test('modified, staged and untracked files beside the change stay exactly as they are', async () => {
  const { repository, from, to, land } = await moved(BEFORE, { edit: 'new' });
  put(repository.root, { beside: 'mine', other: 'staged', fresh: 'u' });
  userGit(repository.root, 'add', 'other');
  const before = status(repository);
  expect(await checkoutConflicts(repository, from, to)).toEqual([]);
  await land();
  await moveCheckout(repository, from, to);
  expect(status(repository)).toBe(before);
  expect(read(repository, 'edit')).toBe('new');
});

test.each<[string, (repository: Repository) => void, string[]]>([
  ['modified', (r) => put(r.root, { edit: 'mine' }), ['edit']],
  ['deleted', (r) => put(r.root, { edit: null }), ['edit']],
  ['staged', (r) => (put(r.root, { edit: 'mine' }), userGit(r.root, 'add', 'edit')), ['edit']],
  ['deleted by the change but modified', (r) => put(r.root, { gone: 'mine' }), ['gone']],
  ['untracked in the way', (r) => put(r.root, { 'add/ed': 'mine' }), ['add/ed']],
  ['ignored in the way', (r) => put(r.root, { '.git/info/exclude': 'add\n', 'add/ed': 'mine' }), ['add/ed']],
  [
    'ignored file where a folder must be',
    (r) => put(r.root, { '.git/info/exclude': 'add\n', add: 'mine' }),
    ['add'],
  ],
  [
    'ignored file in a folder that becomes a file',
    (r) => put(r.root, { '.git/info/exclude': '*.o\n', 'was-dir/m.o': 'm' }),
    ['was-dir/m.o'],
  ],
])('%s: named, and nothing moves', async (_, dirty, paths) => {
  const { repository, from, to } = await moved(BEFORE, {
    ...CHANGE,
    'was-dir/x': null,
    'was-dir': 'file now',
  });
  dirty(repository);
  const before = [status(repository), userGit(repository.root, 'ls-files', '-s')];
  expect(await checkoutConflicts(repository, from, to)).toEqual(paths);
  await expect(moveCheckout(repository, from, to)).rejects.toMatchObject({
    code: 'CHECKOUT_CONFLICT',
    paths,
  });
  expect([status(repository), userGit(repository.root, 'ls-files', '-s')]).toEqual(before);
  expect(read(repository, 'was-dir/x')).toBe('old');
});

test('a file that was only touched is not in the way', async () => {
  const { repository, from, to } = await moved(BEFORE, { edit: 'new' });
  rmSync(join(repository.root, 'edit'));
  writeFileSync(join(repository.root, 'edit'), 'old');
  expect(await checkoutConflicts(repository, from, to)).toEqual([]);
});

test('excepted paths keep their index entry and file while the rest moves', async () => {
  const { repository, from, to, land } = await moved({ a: '1', m: '1' }, { a: '2', m: '2' });
  put(repository.root, { m: 'staged' });
  userGit(repository.root, 'add', 'm');
  put(repository.root, { m: 'working' });
  expect(await checkoutConflicts(repository, from, to)).toEqual(['m']);
  expect(await checkoutConflicts(repository, from, to, { except: ['m'] })).toEqual([]);
  await land();
  await moveCheckout(repository, from, to, { except: ['m'] });
  expect([read(repository, 'a'), read(repository, 'm'), userGit(repository.root, 'show', ':m')]).toEqual([
    '2',
    'working',
    'staged',
  ]);
});

test('a sparse checkout stays sparse', async () => {
  const { repository, from, to, land } = await moved(
    { 'in/a': '1', 'out/a': '1' },
    { 'in/a': '2', 'out/a': '2', 'out/b': '2' },
  );
  userGit(repository.root, 'sparse-checkout', 'set', 'in');
  expect(await checkoutConflicts(repository, from, to)).toEqual([]);
  await land();
  await moveCheckout(repository, from, to);
  expect(status(repository)).toBe('');
  expect(read(repository, 'in/a')).toBe('2');
  expect(() => read(repository, 'out/a')).toThrow('ENOENT');
  await finishCheckout(repository, from, to);
  expect(status(repository)).toBe('');
});

test('an index lock of another git is waited for and then named; one left by a killed move is taken over', async () => {
  const { repository, from, to, land } = await moved({ a: '1' }, { a: '2' });
  const lock = join(repository.gitDir, 'index.lock');
  writeFileSync(lock, '');
  await expect(checkoutConflicts(repository, from, to)).rejects.toMatchObject({
    code: 'INDEX_LOCKED',
    paths: [lock],
  });
  rmSync(lock);
  writeFileSync(join(repository.gitDir, 'sage-index-owner'), '1\n');
  linkSync(join(repository.gitDir, 'sage-index-owner'), lock);
  writeFileSync(join(repository.gitDir, 'sage-index.lock'), 'torn');
  await land();
  await moveCheckout(repository, from, to);
  expect(status(repository)).toBe('');
});

const CUTS: [string, Files][] = [
  ['before the first file', {}],
  ['after some files', { edit: 'new', gone: null }],
  ['with a file removed and not yet written', { edit: null }],
  ['with a file half written', { edit: 'ne', 'add/ed': '' }],
  ['after all files, before the index', { edit: 'new', gone: null, 'add/ed': 'new' }],
];

test('a move cut off before a folder became a file is completed', async () => {
  const { repository, from, to, land } = await moved(BEFORE, CHANGE);
  await land();
  expect(await finishCheckout(repository, from, to)).toEqual([]);
  expect(status(repository)).toBe('');
  expect(read(repository, 'was-dir')).toBe('file now');
});

test.each(CUTS)('a move cut off %s is completed', async (_, files) => {
  const { repository, from, to, land } = await moved(BEFORE, { edit: 'new', gone: null, 'add/ed': 'new' });
  await land();
  put(repository.root, { ...files, beside: 'mine', fresh: 'mine' });
  expect(await finishCheckout(repository, from, to)).toEqual([]);
  expect(status(repository)).toBe(' M beside\n?? fresh');
  expect(read(repository, 'edit')).toBe('new');
  const index = userGit(repository.root, 'ls-files', '-s');
  expect(await finishCheckout(repository, from, to)).toEqual([]);
  expect(userGit(repository.root, 'ls-files', '-s')).toBe(index);
});

test('what the user changed after the cut is kept as a change on top', async () => {
  const { repository, from, to, land } = await moved(BEFORE, { edit: 'new', gone: null, 'add/ed': 'new' });
  await land();
  put(repository.root, { edit: 'mine', gone: 'mine', 'add/ed': 'mine' });
  expect((await finishCheckout(repository, from, to)).sort()).toEqual(['add/ed', 'edit', 'gone']);
  expect(status(repository)).toBe(' M add/ed\n M edit\n?? gone');
  expect(['edit', 'gone', 'add/ed'].map((path) => read(repository, path))).toEqual(['mine', 'mine', 'mine']);
});

test('after a completed move the user may delete or stage files, and finishing leaves that alone', async () => {
  const { repository, from, to, land } = await moved(BEFORE, { edit: 'new', gone: null, 'add/ed': 'new' });
  await land();
  await moveCheckout(repository, from, to);
  put(repository.root, { edit: null, 'add/ed': 'staged' });
  userGit(repository.root, 'add', 'add/ed');
  const before = status(repository);
  await finishCheckout(repository, from, to);
  expect(status(repository)).toBe(before);
});

test('the state of a file is known, and its staged version can be set beside the working one', async () => {
  const repository = await repositoryWith({ a: '1' });
  expect(await checkoutFile(repository, 'a')).toMatchObject({ modified: false, staged: { mode: '100644' } });
  put(repository.root, { a: 'working' });
  expect(await checkoutFile(repository, 'a')).toMatchObject({ modified: true });
  expect(await checkoutFile(repository, 'nope')).toEqual({ staged: undefined, modified: false });
  const oid = await writeObject(repository, 'staged');
  await locked(repository, (index) => stageObject(repository, index, 'a', { mode: '100644', oid }));
  expect([await git(repository, ['show', ':a']), read(repository, 'a')]).toEqual(['staged', 'working']);
});

test('line endings and filters of the checkout apply when it moves and when a move is finished', async () => {
  const attributes = { '.gitattributes': '*.txt text eol=crlf\n' };
  const { repository, from, to, land } = await moved(
    { ...attributes, 'a.txt': 'x\r\n', 'b.txt': 'x\r\n' },
    { 'a.txt': 'y\r\n', 'b.txt': 'y\r\n' },
  );
  await land();
  put(repository.root, { 'a.txt': 'y\r' });
  mkdirSync(join(repository.root, 'empty'));
  expect(await finishCheckout(repository, from, to)).toEqual([]);
  expect([read(repository, 'a.txt'), read(repository, 'b.txt'), status(repository)]).toEqual([
    'y\r\n',
    'y\r\n',
    '',
  ]);
});

test('an edit of the same size in the second of the last checkout is seen, and kept', async () => {
  const { repository, from, to, land } = await moved(BEFORE, CHANGE);
  const file = join(repository.root, 'edit');
  // All but the content as the index knows it: size, time in seconds, inode.
  userGit(repository.root, 'config', 'core.trustctime', 'false');
  const second = 1_700_000_000;
  utimesSync(file, second, second);
  userGit(repository.root, 'update-index', '--refresh');
  utimesSync(join(repository.gitDir, 'index'), second, second);
  writeFileSync(file, 'own');
  utimesSync(file, second, second);
  expect(await checkoutConflicts(repository, from, to)).toEqual(['edit']);
  await land();
  await expect(moveCheckout(repository, from, to)).rejects.toMatchObject({ code: 'CHECKOUT_CONFLICT' });
  expect(read(repository, 'edit')).toBe('own');
  await finishCheckout(repository, from, to);
  expect(read(repository, 'edit')).toBe('own');
  expect(status(repository)).toBe(' M edit');
});

test('a move of removals only is finished, whatever the ids are like', async () => {
  const repository = await repositoryWith({ a: '1', b: '1' }, '--object-format=sha256');
  const from = head(repository);
  const to = commitAll(repository.root, { a: null });
  userGit(repository.root, 'reset', '--quiet', '--hard', from);
  userGit(repository.root, 'update-ref', 'refs/heads/main', to);
  rmSync(join(repository.root, 'a'));
  await finishCheckout(repository, from, to);
  expect(status(repository)).toBe('');
});

test('a checkout whose user has switched branches meanwhile is left alone', async () => {
  const { repository, from, to, land } = await moved({ a: '1' }, { a: '2' });
  await land();
  const [checkout] = await branchCheckouts(repository, 'refs/heads/main');
  userGit(repository.root, 'checkout', '--quiet', '-b', 'other', from);
  const moving = moveCheckout(repository, from, to, {}, checkout?.headText ?? '');
  await expect(moving).rejects.toMatchObject({ code: 'HEAD_MOVED' });
  expect(status(repository)).toBe('');
  expect(existsSync(join(repository.gitDir, 'index.lock'))).toBe(false);
});
