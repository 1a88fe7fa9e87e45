import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fs from 'node:fs';
import * as isogit from 'isomorphic-git';
import type { Repository } from '@sage/git';
import { expect, test } from 'vitest';
import { openCommitQueue, type CommitQueue, type QueueEntry } from '../../src/index.ts';
import { afterLines, ended, start } from '../child.ts';
import { commitAll, put, userGit } from '@sage/test-support/repository';
import {
  landAll,
  MAIN,
  pins,
  queueOn,
  repositoryWith,
  status,
  subjects,
  tip,
  workCommit,
} from '../fixture.ts';

/** A queue as a kill between the steps of one landing leaves it: `L` is made, and the intent is on disk. */
async function cutLanding() {
  const { repository, queue, add } = await queueOn({ a: '1\n', m: 'open\n' });
  const entry = await add('T', { a: '2\n', new: 'n\n' });
  const old = tip(repository);
  const tree = userGit(repository.root, 'rev-parse', `${entry.commit}^{tree}`);
  const message = `feat: T\n\nSage-Entry: ${entry.id}`;
  const landing = userGit(repository.root, 'commit-tree', tree, '-p', old, '-m', message);
  const checkouts = [{ worktree: repository.root, managed: [] }];
  const intent = {
    target: MAIN,
    old,
    new: landing,
    checkouts,
    entries: [{ id: entry.id, commit: landing }],
  };
  rewrite(repository, entry, intent);
  return { repository, queue, entry, old, landing, intent };
}

/** The entry and the intent as a kill may leave them. */
function rewrite(repository: Repository, entry: QueueEntry, intent: object | undefined): void {
  const directory = join(repository.root, '.sage/commit-queue');
  const file = `${String(entry.sequence).padStart(8, '0')}.json`;
  writeFileSync(join(directory, file), JSON.stringify(entry));
  if (intent) writeFileSync(join(directory, 'intent.json'), JSON.stringify(intent));
  else rmSync(join(directory, 'intent.json'));
}

test('killed before the swap: the intent is forgotten and the entry lands once', async () => {
  const { repository, queue, entry } = await cutLanding();
  expect(await queue.recover()).toEqual([]);
  expect(existsSync(join(repository.root, '.sage/commit-queue/intent.json'))).toBe(false);
  expect(await landAll(queue)).toMatchObject([{ id: entry.id, state: 'landed' }]);
  expect(subjects(repository)).toEqual(['feat: T', 'first']);
});

test('killed after the swap: the checkout follows, and the entry has landed', async () => {
  const { repository, queue, landing } = await cutLanding();
  userGit(repository.root, 'update-ref', MAIN, landing);
  put(repository.root, { m: 'mine\n' });
  expect(await landAll(queue)).toMatchObject([{ state: 'landed', landed: landing }]);
  expect(status(repository)).toBe(' M m');
  expect(readFileSync(join(repository.root, 'a'), 'utf8')).toBe('2\n');
  expect(pins(repository)).toEqual([]);
});

test.each(['planned', 'target-moved'])(
  'killed at %s: git refuses a commit of the whole index until the next process, which gives the index back',
  async (at) => {
    const { repository, queue, add } = await queueOn({ a: '1\n', 'log.txt': '' });
    await add('T', { a: '2\n' });
    const child = start(['queue', repository.root], { KILL_AT: at });
    await ended(child);
    expect(child.signalCode).toBe('SIGKILL');
    expect(() => userGit(repository.root, 'commit', '--all', '-m', 'mine')).toThrow('index.lock');
    await queue.recover();
    expect(status(repository)).toBe('');
    put(repository.root, { mine: 'm\n' });
    userGit(repository.root, 'add', 'mine');
    userGit(repository.root, 'commit', '--quiet', '--all', '-m', 'mine');
    expect(userGit(repository.root, 'show', '--format=', '--name-only', 'HEAD')).toBe('mine');
    await landAll(queue);
    expect(readFileSync(join(repository.root, 'a'), 'utf8')).toBe('2\n');
    expect(existsSync(join(repository.gitDir, 'index.lock'))).toBe(false);
  },
);

test('killed in the middle of moving the files, and again in the recovery', async () => {
  const { repository, queue, landing, entry, intent } = await cutLanding();
  userGit(repository.root, 'update-ref', MAIN, landing);
  put(repository.root, { a: '2' });
  await queue.recover();
  rewrite(repository, entry, intent);
  await queue.recover();
  expect(status(repository)).toBe('');
  expect(subjects(repository)).toHaveLength(2);
});

test('the planned edits of a managed file are made once, however often recovery runs', async () => {
  const { repository, queue, landing, intent, entry } = await cutLanding();
  put(repository.root, { m: 'open, mine\n' });
  const store = (text: string) => {
    writeFileSync(join(repository.gitDir, 'blob'), text);
    return userGit(repository.root, 'hash-object', '-w', join(repository.gitDir, 'blob'));
  };
  const working = { old: store('open, mine\n'), new: store('done, mine\n') };
  const checkouts = [{ worktree: repository.root, managed: [{ path: 'm', mode: '100644', working }] }];
  userGit(repository.root, 'update-ref', MAIN, landing);
  for (const expected of ['done, mine\n', 'done, mine\n']) {
    rewrite(repository, entry, { ...intent, checkouts });
    await queue.recover();
    expect(readFileSync(join(repository.root, 'm'), 'utf8')).toBe(expected);
  }
  put(repository.root, { m: 'changed since\n' });
  rewrite(repository, entry, { ...intent, checkouts });
  await queue.recover();
  expect(readFileSync(join(repository.root, 'm'), 'utf8')).toBe('changed since\n');
});

test('killed after the swap, and somebody has committed on top: theirs counts', async () => {
  const { repository, queue, landing } = await cutLanding();
  userGit(repository.root, 'update-ref', MAIN, landing);
  put(repository.root, { m: 'human\n' });
  userGit(repository.root, 'commit', '--quiet', '--message', 'human', '--', 'm');
  const before = userGit(repository.root, 'show', 'main:a');
  await landAll(queue);
  expect(userGit(repository.root, 'show', 'main:a')).toBe(before);
  expect(status(repository)).toBe('');
  expect(await queue.stats()).toMatchObject({ landed: 1 });
});

test('a landing whose intent was lost is known by its trailer', async () => {
  const { repository, queue, entry, landing } = await cutLanding();
  rewrite(repository, entry, undefined);
  userGit(repository.root, 'update-ref', MAIN, landing);
  userGit(repository.root, 'reset', '--quiet', '--hard');
  expect(await landAll(queue)).toMatchObject([{ state: 'landed', landed: landing }]);
  expect(subjects(repository)).toEqual(['feat: T', 'first']);
});

test("a ref lock left by the killed swap is removed, another git's is not", async () => {
  const { repository, queue, landing, entry, intent } = await cutLanding();
  const lock = join(repository.gitDir, 'refs/heads/main.lock');
  writeFileSync(lock, `${landing}\n`);
  expect(await landAll(queue)).toMatchObject([{ state: 'landed' }]);
  rewrite(repository, entry, { ...intent, new: tip(repository, 'main^') });
  writeFileSync(lock, `${landing}\n`);
  await queue.recover();
  expect(readFileSync(lock, 'utf8')).toBe(`${landing}\n`);
});

test('the empty locks that git leaves when it is killed in the swap do not stop the next landing', async () => {
  const { repository, queue } = await cutLanding();
  for (const name of ['HEAD.lock', 'packed-refs.lock', 'refs/heads/main.lock']) {
    writeFileSync(join(repository.gitDir, name), '');
  }
  expect(await landAll(queue)).toMatchObject([{ state: 'landed' }]);
  expect(status(repository)).toBe('');
});

test('a merge that the user has begun since stops the recovery, which goes on afterwards', async () => {
  const { repository, queue, landing } = await cutLanding();
  userGit(repository.root, 'update-ref', MAIN, landing);
  writeFileSync(join(repository.gitDir, 'MERGE_HEAD'), `${landing}\n`);
  await expect(queue.recover()).rejects.toMatchObject({
    code: 'UNFINISHED_LANDING',
    cause: { code: 'OPERATION_IN_PROGRESS' },
  });
  userGit(repository.root, 'merge', '--quit');
  expect(await queue.recover()).toHaveLength(1);
  expect(status(repository)).toBe('');
});

test('a pin that outlived its landing is removed', async () => {
  const { repository, queue, add } = await queueOn({ a: '1' });
  const entry = await add('T', { b: '1' });
  await landAll(queue);
  userGit(repository.root, 'update-ref', `refs/sage/queue/${entry.id}`, entry.commit);
  await queue.cleanup();
  expect(pins(repository)).toEqual([]);
});

test('killed after the swap, and the target was renamed: its checkout follows at once, the entry when it is back', async () => {
  const { repository, queue, landing } = await cutLanding();
  userGit(repository.root, 'update-ref', MAIN, landing);
  userGit(repository.root, 'branch', '-m', 'main', 'renamed');
  await expect(landAll(queue)).rejects.toMatchObject({ code: 'TARGET_GONE' });
  expect(status(repository)).toBe('');
  userGit(repository.root, 'branch', '-m', 'renamed', 'main');
  expect(await landAll(queue)).toMatchObject([{ state: 'landed', landed: landing }]);
});

test('killed after the swap, and the target was deleted: the checkout follows when it is back', async () => {
  const { repository, queue, landing } = await cutLanding();
  userGit(repository.root, 'update-ref', '-d', MAIN);
  await expect(landAll(queue)).rejects.toMatchObject({ code: 'TARGET_GONE' });
  userGit(repository.root, 'update-ref', MAIN, landing);
  expect(await landAll(queue)).toMatchObject([{ state: 'landed', landed: landing }]);
  expect(status(repository)).toBe('');
});

test('managed files killed after the swap: the checkout follows', async () => {
  const { repository, queue } = await queueOn({ m: 'open\n' });
  const old = tip(repository);
  const landing = commitAll(repository.root, { m: 'done\n' }, 'chore');
  userGit(repository.root, 'reset', '--quiet', '--hard', old);
  userGit(repository.root, 'update-ref', MAIN, landing);
  const checkouts = [{ worktree: repository.root, managed: [] }];
  const intent = { target: MAIN, old, new: landing, checkouts, entries: [] };
  writeFileSync(join(repository.root, '.sage/commit-queue/intent.json'), JSON.stringify(intent));
  await queue.recover();
  expect(status(repository)).toBe('');
  expect(readdirSync(join(repository.root, '.sage/commit-queue'))).toEqual([]);
});

async function filledQueue(
  count: number,
): Promise<{ repository: Repository; queue: CommitQueue; entries: QueueEntry[] }> {
  const repository = await repositoryWith({ 'log.txt': '', shared: '1\n' });
  const queue = await openCommitQueue({ repository });
  const base = tip(repository);
  const tree = userGit(repository.root, 'rev-parse', 'HEAD^{tree}');
  const blob = userGit(repository.root, 'rev-parse', 'HEAD:shared');
  const entries: QueueEntry[] = [];
  for (let n = 0; n < count; n += 1) {
    userGit(repository.root, 'read-tree', `--index-output=${repository.gitDir}/tmp`, tree);
    const listing = `${userGit(repository.root, 'ls-tree', tree)}\n100644 blob ${blob}\tfile-${n}\n`;
    const mine = fs.mkdtempSync(join(repository.gitDir, 'mk-'));
    writeFileSync(join(mine, 'in'), listing);
    const made = userGit(repository.root, '-c', `alias.mk=!git mktree < '${join(mine, 'in')}'`, 'mk');
    const commit = userGit(repository.root, 'commit-tree', made, '-p', base, '-m', `w${n}`);
    entries.push(await queue.enqueue({ ticket: `T-${n}`, target: MAIN, message: `T-${n}`, base, commit }));
  }
  return { repository, queue, entries };
}

/** Every entry landed exactly once, the tree holds all work and one mark a landing, and nothing is damaged. */
async function expectExactlyOnce(repository: Repository, entries: readonly QueueEntry[]): Promise<void> {
  const log = await isogit.log({ fs, dir: repository.root, gitdir: repository.gitDir, ref: 'main' });
  const landed = log.flatMap(({ commit }) => /^Sage-Entry: (\w+)$/m.exec(commit.message)?.[1] ?? []);
  expect(landed.sort()).toEqual(entries.map(({ id }) => id).sort());
  const [first] = log;
  const { tree } = await isogit.readTree({
    fs,
    dir: repository.root,
    gitdir: repository.gitDir,
    oid: first?.oid ?? '',
  });
  const names = tree.map(({ path }) => path);
  expect(names).toEqual(expect.arrayContaining(entries.map((_, n) => `file-${n}`)));
  expect(readFileSync(join(repository.root, 'log.txt'), 'utf8')).toBe('+'.repeat(entries.length));
  expect(status(repository)).toBe(' M shared\n?? mine');
  expect(readFileSync(join(repository.root, 'shared'), 'utf8')).toBe('mine');
  expect(pins(repository)).toEqual([]);
  userGit(repository.root, 'fsck', '--strict', '--no-dangling');
}

test('two processes at once land every entry once', async () => {
  const { repository, entries } = await filledQueue(6);
  put(repository.root, { shared: 'mine', mine: 'untracked' });
  const children = [start(['queue', repository.root]), start(['queue', repository.root])];
  expect(await Promise.all(children.map(ended))).toEqual([0, 0]);
  await expectExactlyOnce(repository, entries);
});

test('many processes that enqueue at once get an entry each', async () => {
  const repository = await repositoryWith({ a: '1' });
  const base = tip(repository);
  const work = [1, 2, 3].map((n) =>
    [1, 2, 3].map((m) => workCommit(repository, { [`f${n}${m}`]: '1' }, base)),
  );
  const children = work.map((commits, n) => start(['add', repository.root, `T-${n}`, base, ...commits]));
  expect(await Promise.all(children.map(ended))).toEqual([0, 0, 0]);
  const queue = await openCommitQueue({ repository });
  const listed = await queue.list();
  expect(listed.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(listed.map(({ commit }) => commit).sort()).toEqual(work.flat().sort());
});

test.each([
  ['the process', (pid: number) => process.kill(pid, 'SIGKILL')],
  ['the process and every git it runs', (pid: number) => process.kill(-pid, 'SIGKILL')],
])('%s killed after some steps: every entry still lands once', async (_, kill) => {
  const { repository, queue, entries } = await filledQueue(8);
  put(repository.root, { shared: 'mine', mine: 'untracked' });
  for (const steps of [0, 1, 2, 4, 6, 9]) {
    const child = start(['queue', repository.root]);
    await afterLines(child, 1 + steps);
    if (child.exitCode === null && child.pid !== undefined) kill(child.pid);
    await ended(child);
  }
  const last = start(['queue', repository.root]);
  expect(await ended(last)).toBe(0);
  expect(await queue.stats()).toMatchObject({ landed: 8, queued: 0, conflicted: 0, rejected: 0 });
  await expectExactlyOnce(repository, entries);
});
