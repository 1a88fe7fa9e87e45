import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openCommitQueue, type Step } from '../../src/index.ts';
import { put, userGit } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { landAll, MAIN, queueOn, status, subjects, workCommit } from '../fixture.ts';

const BEFORE = { a: '1\n', b: '1\n' };
const CHANGE = { a: '2\n', new: 'n\n' };

/** A repository with a queued work, whose user does something at a step of the landing. */
async function meanwhile(
  at: Step,
  act: (root: string) => void,
  before: (root: string) => void = () => undefined,
) {
  const { repository, add } = await queueOn(BEFORE);
  let done = false;
  const queue = await openCommitQueue({
    repository,
    onStep: (step) => {
      if (step === at && !done) {
        done = true;
        act(repository.root);
      }
    },
  });
  await add('T', CHANGE);
  before(repository.root);
  return { repository, queue };
}

const BETWEEN: readonly Step[] = ['planned', 'intent-written', 'target-moved'];

test.each<[Step, string]>([
  ['planned', 'commit --all -m mine'],
  ['intent-written', 'commit --all -m mine'],
  ['target-moved', 'commit --all -m mine'],
  ['target-moved', 'commit -m mine -- b'],
  ['target-moved', 'stash'],
  ['target-moved', 'checkout feature'],
])('at %s the index is held: git %s is refused, and takes nothing back', async (at, command) => {
  let refused = '';
  const { repository, queue } = await meanwhile(
    at,
    (root) => {
      try {
        userGit(root, ...command.split(' '));
      } catch (error) {
        refused = String(error);
      }
    },
    (root) => {
      userGit(root, 'branch', 'feature');
      put(root, { b: 'mine\n' });
    },
  );
  expect(await landAll(queue)).toMatchObject([{ state: 'landed' }]);
  expect(refused).toContain('Command failed');
  expect(status(repository)).toBe(' M b');
  userGit(repository.root, 'commit', '--quiet', '--all', '-m', 'mine');
  expect(userGit(repository.root, 'show', '--format=', '--name-only', 'HEAD')).toBe('b');
});

test.each(BETWEEN)(
  'HEAD is another branch at %s, whatever the index says: its files stay as they are',
  async (at) => {
    const { repository, queue } = await meanwhile(
      at,
      (root) => userGit(root, 'symbolic-ref', 'HEAD', 'refs/heads/feature'),
      (root) => userGit(root, 'branch', 'feature'),
    );
    expect(await landAll(queue)).toMatchObject([{ state: 'landed' }]);
    expect(status(repository)).toBe('');
    expect(readFileSync(join(repository.root, 'a'), 'utf8')).toBe('1\n');
    userGit(repository.root, 'checkout', '--quiet', 'main');
    expect(readFileSync(join(repository.root, 'a'), 'utf8')).toBe('2\n');
  },
);

test.each<Step>(['planned', 'intent-written', 'target-moved'])(
  'the user checks the target out at %s: it follows',
  async (at) => {
    const { repository, queue } = await meanwhile(
      at,
      (root) => userGit(root, 'checkout', '--quiet', 'main'),
      (root) => userGit(root, 'checkout', '--quiet', '-b', 'feature'),
    );
    expect(await landAll(queue)).toMatchObject([{ state: 'landed' }]);
    expect(userGit(repository.root, 'symbolic-ref', 'HEAD')).toBe(MAIN);
    expect(status(repository)).toBe('');
    expect(readFileSync(join(repository.root, 'a'), 'utf8')).toBe('2\n');
  },
);

test('the user begins a branch on the landing before the checkout has followed: that one follows', async () => {
  const { repository, queue } = await meanwhile('target-moved', (root) => {
    userGit(root, 'branch', 'topic', 'main');
    userGit(root, 'symbolic-ref', 'HEAD', 'refs/heads/topic');
  });
  await landAll(queue);
  expect(status(repository)).toBe('');
  expect(readFileSync(join(repository.root, 'a'), 'utf8')).toBe('2\n');
});

test('a checkout whose filter fails after the swap: the landing stands, and the next process finishes it', async () => {
  const { repository, queue } = await queueOn({ ...BEFORE, '.gitattributes': '*.bin filter=store\n' });
  const store = join(temporaryFolder(), 'up');
  userGit(repository.root, 'config', 'filter.store.clean', 'cat');
  userGit(repository.root, 'config', 'filter.store.smudge', `test -e '${store}' && cat`);
  userGit(repository.root, 'config', 'filter.store.required', 'true');
  writeFileSync(store, '');
  const one = workCommit(repository, { 'big.bin': 'big\n', code: 'c\n' });
  const two = workCommit(repository, { two: '2\n' });
  rmSync(store);
  const failing = await openCommitQueue({ repository, verify: async () => ({ ok: true, output: '' }) });
  const base = userGit(repository.root, 'rev-parse', 'main');
  const first = await queue.enqueue({ ticket: 'ONE', target: MAIN, message: 'one', base, commit: one });
  await queue.enqueue({ ticket: 'TWO', target: MAIN, message: 'two', base, commit: two });
  const settled: string[] = [];
  const run = async () => {
    for await (const { ticket, state } of failing.process()) settled.push(`${ticket} ${state}`);
  };
  await expect(run()).rejects.toMatchObject({ name: 'UnfinishedLandingError', target: MAIN });
  expect(settled).toEqual(['ONE landed']);
  expect(await queue.show(first.id)).toMatchObject({ state: 'landed' });
  expect(subjects(repository)).toEqual(['one', 'first']);
  // Nothing lands on top before the checkout has followed.
  await expect(run()).rejects.toMatchObject({ code: 'UNFINISHED_LANDING' });
  await expect(failing.landManagedFiles({ target: MAIN, message: 'm', files: [] })).rejects.toMatchObject({
    code: 'UNFINISHED_LANDING',
  });
  expect(subjects(repository)).toEqual(['one', 'first']);
  writeFileSync(store, '');
  await run();
  expect(settled).toEqual(['ONE landed', 'TWO landed']);
  expect(status(repository)).toBe('');
  expect(readFileSync(join(repository.root, 'big.bin'), 'utf8')).toBe('big\n');
});

test('an unfinished landing of one target is not forgotten when another target lands', async () => {
  const { repository, queue, add } = await queueOn(BEFORE);
  userGit(repository.root, 'branch', 'dev');
  const stopping = await openCommitQueue({
    repository,
    onStep: (step) => {
      if (step === 'target-moved') throw new Error('killed');
    },
  });
  await add('T', CHANGE);
  await expect(landAll(stopping)).rejects.toThrow('killed');
  // Nobody can say what became of it while its target is gone.
  const landed = userGit(repository.root, 'rev-parse', 'main');
  userGit(repository.root, 'update-ref', '-d', MAIN);
  const base = userGit(repository.root, 'rev-parse', 'dev');
  const commit = workCommit(repository, { d: '1\n' }, base);
  await queue.enqueue({ ticket: 'D', target: 'refs/heads/dev', message: 'd', base, commit });
  await expect(landAll(queue)).rejects.toMatchObject({ code: 'TARGET_GONE' });
  expect(userGit(repository.root, 'log', '-1', '--format=%s', 'dev')).toBe('d');
  userGit(repository.root, 'update-ref', MAIN, landed);
  expect(await landAll(queue)).toMatchObject([{ ticket: 'T', state: 'landed' }]);
  expect(status(repository)).toBe('');
  expect(
    readdirSync(join(repository.root, '.sage/commit-queue')).filter((name) => name.startsWith('intent')),
  ).toEqual([]);
});

test('the target is deleted after it has moved: its checkout follows when it is there again', async () => {
  const { repository, queue } = await meanwhile('target-moved', (root) => {
    userGit(root, 'update-ref', 'refs/keep/landing', MAIN);
    userGit(root, 'update-ref', '-d', MAIN);
  });
  await expect(landAll(queue)).rejects.toMatchObject({ code: 'UNFINISHED_LANDING' });
  userGit(repository.root, 'update-ref', MAIN, 'refs/keep/landing');
  await landAll(queue);
  expect(status(repository)).toBe('');
  expect(readFileSync(join(repository.root, 'a'), 'utf8')).toBe('2\n');
});

test('git moves the ref and cannot write the reflog of HEAD: it has landed, and the checkout follows', async () => {
  const { repository, queue, add } = await queueOn(BEFORE);
  rmSync(join(repository.gitDir, 'logs/HEAD'));
  mkdirSync(join(repository.gitDir, 'logs/HEAD'));
  writeFileSync(join(repository.gitDir, 'logs/HEAD/x'), '');
  await add('T', CHANGE);
  expect(await landAll(queue)).toMatchObject([{ state: 'landed' }]);
  expect(subjects(repository)).toEqual(['feat: T', 'first']);
  expect(status(repository)).toBe('');
});

test('a worktree of the target that has lost its .git is skipped, and the checkout around it stays', async () => {
  const { repository, queue, add } = await queueOn({ ...BEFORE, '.gitignore': '/.wt/\n' });
  const inside = join(repository.root, '.wt/main');
  userGit(repository.root, 'checkout', '--quiet', '-b', 'feature');
  userGit(repository.root, 'worktree', 'add', '--quiet', inside, 'main');
  rmSync(inside, { recursive: true });
  put(inside, { 'node_modules/x': 'x' });
  await add('T', CHANGE);
  expect(await landAll(queue)).toMatchObject([{ state: 'landed' }]);
  expect(status(repository)).toBe('');
  expect(readFileSync(join(repository.root, 'a'), 'utf8')).toBe('1\n');
  expect(readdirSync(inside)).toEqual(['node_modules']);
  const { problems } = await queue.audit({ target: MAIN });
  expect(problems).toMatchObject([{ kind: 'broken-checkout', message: expect.stringContaining(inside) }]);
});

test.each(['an empty folder', 'another repository'])(
  'a registered worktree that is %s now stops nobody',
  async (what) => {
    const { repository, queue, add } = await queueOn(BEFORE);
    const path = join(temporaryFolder(), 'wt');
    userGit(repository.root, 'worktree', 'add', '--quiet', '--detach', path);
    rmSync(path, { recursive: true });
    mkdirSync(path);
    if (what === 'another repository') userGit(path, 'init', '--quiet', '--initial-branch=main');
    await add('T', CHANGE);
    expect(await landAll(queue)).toMatchObject([{ state: 'landed' }]);
    expect(status(repository)).toBe('');
  },
);

test('several worktrees: one that cannot follow does not keep the others behind', async () => {
  const { repository, queue, add } = await queueOn(BEFORE);
  const linked = join(temporaryFolder(), 'linked');
  userGit(repository.root, 'worktree', 'add', '--quiet', '--force', linked, 'main');
  const failing = await openCommitQueue({
    repository,
    onStep: (step) => {
      if (step === 'target-moved')
        writeFileSync(join(repository.gitDir, 'MERGE_HEAD'), `${'0'.repeat(40)}\n`);
    },
  });
  await add('T', CHANGE);
  await expect(landAll(failing)).rejects.toMatchObject({ code: 'UNFINISHED_LANDING' });
  expect(userGit(linked, 'status', '--porcelain')).toBe('');
  expect(readFileSync(join(linked, 'a'), 'utf8')).toBe('2\n');
  rmSync(join(repository.gitDir, 'MERGE_HEAD'));
  await queue.recover();
  expect(status(repository)).toBe('');
});
