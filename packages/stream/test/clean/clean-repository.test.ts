import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openRepository, worktreeDirectory } from '@sage/git';
import { journalFile, RunLog } from '@sage/journal';
import { repository, userGit } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, test } from 'vitest';
import { cleanRepository } from '../../src/clean/clean-repository.ts';
import { coordinator, onlyRun } from '../../src/start/only-run.ts';

const NOW = new Date();
const LONG_AGO = new Date(NOW.getTime() - 40 * 86_400_000);

function fixture() {
  const { root, git, commit } = repository();
  const worktreesDirectory = temporaryFolder();
  const clean = (confirm = true) =>
    cleanRepository({ directory: root, worktreesDirectory, now: NOW, confirm: () => confirm });
  const branch = (name: string, from = 'HEAD') => git('branch', name, from);
  /** A commit on `main` that only this ref has. */
  const apart = (ref: string) =>
    git('update-ref', ref, git('commit-tree', 'HEAD^{tree}', '-p', 'HEAD', '-m', ref));
  const refs = () => git('for-each-ref', '--format=%(refname)').split('\n');
  return { root, git, commit, clean, branch, apart, refs, worktreesDirectory };
}

async function run(root: string, id: string, over: boolean, target = 'refs/heads/main') {
  const log = await RunLog.open(root, id, [], () => LONG_AGO);
  const started = { base: 'b', workers: 1, agent: 'a', tickets: [], resumed: false } as const;
  await log.emit({ event: 'run.started', target, ...started });
  const summary = { completed: 0, deferred: 0, blocked: 0, unprocessed: 0 };
  if (over) await log.emit({ event: 'run.finished', outcome: 'finished', summary });
  await log.close();
  utimesSync(journalFile(root, id), LONG_AGO, LONG_AGO);
}

test('branches that another branch contains go; others, and one that is checked out, stay', async () => {
  const { git, clean, branch, apart, refs } = fixture();
  branch('sage/landed');
  apart('refs/heads/sage/work');
  branch('sage/here');
  git('checkout', '--quiet', 'sage/here');
  branch('mine');
  const { removed, keep } = await clean();
  expect(removed.map(({ name }) => name)).toEqual(['refs/heads/sage/landed']);
  expect(keep.map(({ name, why }) => [name, why])).toEqual([
    ['refs/heads/sage/here', 'it is checked out'],
    ['refs/heads/sage/work', 'no other branch has its commits'],
  ]);
  expect(refs()).toEqual([
    'refs/heads/main',
    'refs/heads/mine',
    'refs/heads/sage/here',
    'refs/heads/sage/work',
  ]);
});

test('a branch of its own is no proof: two that contain each other both stay', async () => {
  const { clean, branch, apart } = fixture();
  apart('refs/heads/sage/one');
  branch('sage/two', 'sage/one');
  expect((await clean()).removed).toEqual([]);
});

test('kept work goes once a branch has it, and never what the queue keeps', async () => {
  const { git, clean, apart, refs } = fixture();
  git('update-ref', 'refs/sage/deferred/A-1', 'HEAD');
  git('update-ref', 'refs/sage/queue/1', 'HEAD');
  for (const kind of ['deferred', 'interrupted', 'stashes', 'orphan', 'attempts', 'submodules'])
    apart(`refs/sage/${kind}/A-2`);
  const { removed, keep } = await clean();
  expect(removed.map(({ name }) => name)).toEqual(['refs/sage/deferred/A-1']);
  expect(keep).toHaveLength(6);
  expect(refs()).toContain('refs/sage/queue/1');
});

test('folders of old runs go, but for open ones and the only copy of something', async () => {
  const { root, clean } = fixture();
  await run(root, 'old', true);
  await run(root, 'open', false);
  await run(root, 'copies', true);
  mkdirSync(join(root, '.sage/runs/copies/A-1/1/ignored'), { recursive: true });
  await run(root, 'young', true);
  utimesSync(journalFile(root, 'young'), NOW, NOW);
  const { removed, keep } = await clean();
  expect(removed.map(({ name }) => name)).toEqual([join(root, '.sage/runs/old')]);
  expect(keep.map(({ kind, name }) => [kind, name])).toEqual([
    ['run', join(root, '.sage/runs/open')],
    ['run', join(root, '.sage/runs/copies')],
  ]);
  expect(existsSync(join(root, '.sage/runs/old'))).toBe(false);
});

test('worktrees and the target of a run that is not over stay; once it is over they go', async () => {
  const { root, clean, branch, worktreesDirectory } = fixture();
  const worktrees = worktreeDirectory((await openRepository(root)).root, worktreesDirectory);
  mkdirSync(join(worktrees, 'agent-1'), { recursive: true });
  branch('sage/target');
  await run(root, 'open', false, 'refs/heads/sage/target');
  expect((await clean()).removed).toEqual([]);
  await run(root, 'open', true);
  const { removed } = await clean();
  expect(removed.map(({ kind }) => kind)).toEqual(['branch', 'run', 'worktrees']);
  expect(existsSync(worktrees)).toBe(false);
});

test('what older versions and killed processes left goes', async () => {
  const { root, clean } = fixture();
  for (const [folder, when] of [
    ['.sage/worktrees/w', NOW],
    ['.sage/work.git', NOW],
    ['.git/sage-settings/of-1', LONG_AGO],
    ['.git/sage-settings/of-2', NOW],
    ['.git/sage-objects/a', LONG_AGO],
  ] as const) {
    mkdirSync(join(root, folder), { recursive: true });
    utimesSync(join(root, folder), when, when);
  }
  const { removed } = await clean();
  expect(removed.map(({ name }) => name.slice(root.length + 1))).toEqual([
    '.sage/worktrees',
    '.sage/work.git',
    '.git/sage-settings/of-1',
    '.git/sage-objects/a',
  ]);
});

test('nothing goes without a yes, nor beside a run', async () => {
  const { root, clean, branch, refs } = fixture();
  branch('sage/landed');
  const { remove, removed } = await clean(false);
  expect([remove.length, removed.length]).toEqual([1, 0]);
  await using _run = await onlyRun(await openRepository(root));
  await expect(clean()).rejects.toMatchObject({ code: 'ALREADY_RUNNING' });
  expect(refs()).toContain('refs/heads/sage/landed');
});

test('who has to wait for it is told what it waits for', async () => {
  const { root, branch } = fixture();
  branch('sage/landed');
  const refusals: unknown[] = [];
  const confirm = async () => {
    refusals.push(await onlyRun(await openRepository(root)).catch((error: unknown) => error));
    expect(await coordinator(await openRepository(root))).toBeUndefined();
    return false;
  };
  await cleanRepository({ directory: root, now: NOW, confirm });
  expect(String(refusals[0])).toContain('another sage clean works in this repository');
});

test('a branch that has moved since it was shown stays', async () => {
  const { root, git, branch, commit, refs } = fixture();
  branch('sage/landed');
  const confirm = () => {
    const work = commit({ 'new.txt': 'new' });
    userGit(root, 'update-ref', 'refs/heads/sage/landed', work);
    git('reset', '--quiet', '--hard', 'HEAD~1');
    return true;
  };
  const { removed, failures } = await cleanRepository({ directory: root, now: NOW, confirm });
  expect(removed).toEqual([]);
  expect(failures).toEqual([expect.stringContaining('refs/heads/sage/landed is not removed')]);
  expect(refs()).toContain('refs/heads/sage/landed');
});

test('something that is no folder is no run', async () => {
  const { root, clean } = fixture();
  mkdirSync(join(root, '.sage/runs'), { recursive: true });
  writeFileSync(join(root, '.sage/runs/notes.txt'), 'mine');
  expect((await clean()).removed).toEqual([]);
});
