import { chmodSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openCommitQueue, type ManagedFile } from '../../src/index.ts';
import { commitAll, put, userGit } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { landAll, MAIN, queueOn, status, subjects, tip } from '../fixture.ts';

/** Not repeatable on purpose: applied twice it shows. */
const stamp: ManagedFile = { path: 'index.json', edit: (text) => text.replace('open', 'open done') };
const managedFiles = () => [stamp];
const BEFORE = { 'index.json': 'state open\n', a: '1\n', b: '1\n' };

const versions = (root: string) => [
  userGit(root, 'show', 'main:index.json'),
  userGit(root, 'show', ':index.json'),
  readFileSync(join(root, 'index.json'), 'utf8'),
];

test('changes beside the landing stay as they are, staged or not', async () => {
  const { repository, queue, add } = await queueOn(BEFORE);
  await add('T', { a: '2\n' });
  put(repository.root, { b: 'mine', new: 'untracked' });
  userGit(repository.root, 'add', 'b');
  put(repository.root, { b: 'mine again' });
  const before = status(repository);
  await landAll(queue);
  expect(status(repository)).toBe(before);
  expect(readFileSync(join(repository.root, 'a'), 'utf8')).toBe('2\n');
});

test.each([
  ['a modified file', { a: 'mine' }, 'a'],
  ['an untracked file', { new: 'mine' }, 'new'],
  ['an ignored file', { '.git/info/exclude': '/.sage/\nnew\n', new: 'mine' }, 'new'],
])(
  '%s in the way stops the queue: nothing moves, and it goes on when the way is free',
  async (_, mine, path) => {
    const { repository, queue, add } = await queueOn(BEFORE);
    await add('T', { a: '2\n', new: 'n' });
    const from = tip(repository);
    put(repository.root, mine);
    const content = readFileSync(join(repository.root, path), 'utf8');
    await expect(landAll(queue)).rejects.toMatchObject({ code: 'DIRTY_OVERLAP', paths: [path] });
    expect(tip(repository)).toBe(from);
    expect(readFileSync(join(repository.root, path), 'utf8')).toBe(content);
    expect(await queue.stats()).toMatchObject({ queued: 1 });
    rmSync(join(repository.root, path));
    userGit(repository.root, 'checkout', '--', '.');
    expect(await landAll(queue)).toHaveLength(1);
    expect(status(repository)).toBe('');
  },
);

test('a merge in progress stops the queue', async () => {
  const { repository, queue, add } = await queueOn(BEFORE);
  userGit(repository.root, 'checkout', '--quiet', '-b', 'side');
  commitAll(repository.root, { b: 'side\n' });
  userGit(repository.root, 'checkout', '--quiet', 'main');
  commitAll(repository.root, { b: 'main\n' });
  await add('T', { a: '2\n' });
  expect(() => userGit(repository.root, 'merge', 'side')).toThrow('Command failed');
  await expect(landAll(queue)).rejects.toMatchObject({ code: 'OPERATION_IN_PROGRESS' });
  userGit(repository.root, 'merge', '--abort');
  expect(await landAll(queue)).toHaveLength(1);
});

test('a target in a linked worktree moves there; one checked out nowhere just moves', async () => {
  const { repository, queue, add } = await queueOn(BEFORE);
  userGit(repository.root, 'checkout', '--quiet', '-b', 'elsewhere');
  await add('ONE', { a: '2\n' });
  await landAll(queue);
  const linked = join(temporaryFolder(), 'linked');
  userGit(repository.root, 'worktree', 'add', '--quiet', linked, 'main');
  await add('TWO', { b: '2\n' }, tip(repository));
  await landAll(queue);
  expect(readFileSync(join(linked, 'b'), 'utf8')).toBe('2\n');
  expect(userGit(linked, 'status', '--porcelain')).toBe('');
  expect(readFileSync(join(repository.root, 'a'), 'utf8')).toBe('1\n');
  expect(status(repository)).toBe('');
});

test('a managed file is edited in the commit of the landing', async () => {
  const { repository, queue, add } = await queueOn(BEFORE, { managedFiles });
  await add('T', { a: '2\n' });
  await landAll(queue);
  expect(versions(repository.root)).toEqual(['state open done', 'state open done', 'state open done\n']);
  expect(subjects(repository)).toEqual(['feat: T', 'first']);
  expect(status(repository)).toBe('');
});

test("the user's staged and working versions of a managed file get the same edit, each its own", async () => {
  const { repository, queue, add } = await queueOn(BEFORE, { managedFiles });
  await add('T', { a: '2\n' });
  put(repository.root, { 'index.json': 'state open staged\n' });
  userGit(repository.root, 'add', 'index.json');
  put(repository.root, { 'index.json': 'state open staged, working\n' });
  chmodSync(join(repository.root, 'index.json'), 0o600);
  await landAll(queue);
  expect(versions(repository.root)).toEqual([
    'state open done',
    'state open done staged',
    'state open done staged, working\n',
  ]);
  expect(status(repository)).toBe('MM index.json');
});

test('an edited but not staged managed file: the index follows, the edit stays', async () => {
  const { repository, queue, add } = await queueOn(BEFORE, { managedFiles });
  await add('T', { a: '2\n' });
  put(repository.root, { 'index.json': 'state open, mine\n' });
  await landAll(queue);
  expect(versions(repository.root)).toEqual([
    'state open done',
    'state open done',
    'state open done, mine\n',
  ]);
  expect(status(repository)).toBe(' M index.json');
});

test('what only the user has in a managed file is edited there, and the target stays', async () => {
  const { repository, queue, add } = await queueOn(
    { ...BEFORE, 'index.json': 'nothing\n' },
    { managedFiles },
  );
  await add('T', { a: '2\n' });
  put(repository.root, { 'index.json': 'nothing\nmine open\n' });
  await landAll(queue);
  expect(versions(repository.root)).toEqual(['nothing', 'nothing', 'nothing\nmine open done\n']);
  expect(status(repository)).toBe(' M index.json');
});

test('a version of the user that cannot be edited, or was removed, is left alone', async () => {
  const edit = (text: string) => {
    if (text.includes('broken')) throw new Error('not an index');
    return text.replace('open', 'done');
  };
  const { repository, queue, add } = await queueOn(BEFORE, {
    managedFiles: () => [{ path: 'index.json', edit }],
  });
  await add('ONE', { a: '2\n' });
  put(repository.root, { 'index.json': 'broken\n' });
  await landAll(queue);
  expect(versions(repository.root)).toEqual(['state done', 'state done', 'broken\n']);
  commitAll(repository.root, { 'index.json': 'state open\n' });
  await add('TWO', { a: '3\n' });
  put(repository.root, { 'index.json': null });
  await landAll(queue);
  expect(userGit(repository.root, 'show', 'main:index.json')).toBe('state done');
  expect(status(repository)).toBe(' D index.json');
});

test('a managed file that cannot be edited at the tip rejects its entry only', async () => {
  const { repository, queue, add } = await queueOn(BEFORE, {
    managedFiles: (entry) =>
      entry.ticket === 'BAD'
        ? [
            {
              path: 'a',
              edit: () => {
                throw new Error('line 3');
              },
            },
          ]
        : [],
  });
  await add('BAD', { b: '2\n' });
  await add('GOOD', { b: '2\n' });
  const [bad, good] = await landAll(queue);
  expect(bad).toMatchObject({ state: 'rejected' });
  expect(bad?.reason).toContain('line 3');
  expect(good).toMatchObject({ state: 'landed' });
  expect(subjects(repository)).toEqual(['feat: GOOD', 'first']);
});

test('a machine that cannot write a managed file rejects nothing: the entry stays queued', async () => {
  let isFull = true;
  const edit = (text: string) => {
    if (isFull) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    return text;
  };
  const { queue, add } = await queueOn(BEFORE, { managedFiles: () => [{ path: 'a', edit }] });
  await add('A', { b: '2\n' });
  await expect(landAll(queue)).rejects.toThrow('no space left');
  isFull = false;
  expect(await landAll(queue)).toMatchObject([{ ticket: 'A', state: 'landed' }]);
});

test('managed files alone make a commit, and none when nothing changes', async () => {
  const { repository, queue } = await queueOn(BEFORE);
  put(repository.root, { 'index.json': 'state open, mine\n' });
  const options = {
    target: MAIN,
    message: 'chore(tickets): record',
    files: [stamp, { ...stamp, path: 'missing' }],
  };
  const commit = await queue.landManagedFiles(options);
  expect(commit).toBe(tip(repository));
  expect(versions(repository.root)).toEqual([
    'state open done',
    'state open done',
    'state open done, mine\n',
  ]);
  const unchanged = { ...options, files: [{ path: 'index.json', edit: (text: string) => text }] };
  expect(await queue.landManagedFiles(unchanged)).toBeUndefined();
  await expect(queue.landManagedFiles({ ...options, target: 'refs/heads/gone' })).rejects.toMatchObject({
    code: 'TARGET_GONE',
  });
});

test('the index lock of another git stops the queue before anything has moved', async () => {
  const { repository, queue, add } = await queueOn(BEFORE);
  await add('T', { a: '2\n' });
  const lock = join(repository.gitDir, 'index.lock');
  writeFileSync(lock, '');
  await expect(landAll(queue)).rejects.toMatchObject({ code: 'OPERATION_IN_PROGRESS', paths: [lock] });
  expect(subjects(repository)).toEqual(['first']);
  rmSync(lock);
  // One that a killed landing left is known as such.
  writeFileSync(join(repository.gitDir, 'sage-index-owner'), '1\n');
  linkSync(join(repository.gitDir, 'sage-index-owner'), lock);
  const again = await openCommitQueue({ repository });
  expect(await landAll(again)).toHaveLength(1);
  expect(status(repository)).toBe('');
});

test('a conflict that the user has not resolved elsewhere stops the queue, and is named', async () => {
  const { repository, queue, add } = await queueOn(BEFORE);
  await add('T', { a: '2\n' });
  put(repository.root, { b: 'stashed\n' });
  userGit(repository.root, 'stash', '--quiet');
  commitAll(repository.root, { b: 'mine\n' });
  expect(() => userGit(repository.root, 'stash', 'pop')).toThrow('Command failed');
  await expect(landAll(queue)).rejects.toMatchObject({ code: 'OPERATION_IN_PROGRESS', paths: ['b'] });
  expect(await queue.stats()).toMatchObject({ queued: 1 });
  userGit(repository.root, 'checkout', '--quiet', '--theirs', '--', 'b');
  userGit(repository.root, 'add', 'b');
  expect(await landAll(queue)).toMatchObject([{ state: 'landed' }]);
  expect(status(repository)).toBe('M  b');
});

test('a tag with the name of the target changes nothing', async () => {
  const { repository, queue, add } = await queueOn(BEFORE);
  userGit(repository.root, 'tag', 'main');
  await add('T', { a: '2\n' }, tip(repository));
  expect(await landAll(queue)).toMatchObject([{ state: 'landed' }]);
  expect(status(repository)).toBe('');
  expect((await queue.audit({ target: MAIN })).problems).toEqual([]);
});
