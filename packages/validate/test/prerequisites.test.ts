import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkAgent } from '../src/prerequisites/agent.ts';
import { checkSandbox } from '../src/prerequisites/sandbox.ts';
import { checkFolders } from '../src/prerequisites/folders.ts';
import { checkGit } from '../src/prerequisites/git-version.ts';
import { checkCores, checkDisk, judgeDisk, checkOpenFiles } from '../src/prerequisites/machine.ts';
import { checkWorkflowMode } from '../src/prerequisites/workflow-mode.ts';
import { repository } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { filesBelow, reportOn, sound } from './fixture.ts';

const id = 'parallel';

test('git: passes a work tree with a commit', async () => {
  const findings = await checkGit(repository().root);
  expect(findings).toMatchObject([
    { id: `${id}.git`, status: 'pass', message: expect.stringMatching(/^git \d+\.\d+/) },
    { id: `${id}.work-tree`, status: 'pass' },
  ]);
});

test('git: says what is missing elsewhere', async () => {
  const workTree = async (root: string) => (await checkGit(root))[1];
  const unborn = temporaryFolder();
  execFileSync('git', ['init', '-q'], { cwd: unborn });
  const bare = temporaryFolder();
  execFileSync('git', ['init', '-q', '--bare'], { cwd: bare });
  expect(await workTree(temporaryFolder())).toMatchObject({
    status: 'fail',
    message: expect.stringContaining('git init'),
  });
  expect(await workTree(unborn)).toMatchObject({
    status: 'fail',
    message: expect.stringContaining('no commit yet'),
  });
  expect(await workTree(bare)).toMatchObject({
    status: 'fail',
    message: expect.stringContaining('without a work tree'),
  });
});

test('folders: pass where they can be written, and leave nothing behind', async () => {
  const root = temporaryFolder();
  const worktrees = join(root, 'home/.cache/sage/shop-0123456789');
  expect(await checkFolders(root, worktrees)).toMatchObject([
    { id: `${id}.commit-queue`, status: 'pass', message: expect.stringMatching(/^\.sage\/commit-queue can/) },
    { id: `${id}.worktrees`, status: 'pass', message: expect.stringContaining(`${worktrees} can`) },
  ]);
  expect(filesBelow(root)).toEqual([]);
});

test('folders: leave what is there', async () => {
  const root = temporaryFolder();
  mkdirSync(join(root, '.sage/commit-queue'), { recursive: true });
  writeFileSync(join(root, '.sage/commit-queue/entry.json'), '{}');
  await checkFolders(root, join(root, '.sage'));
  expect(filesBelow(root)).toEqual(['.sage', '.sage/commit-queue', '.sage/commit-queue/entry.json']);
});

test('folders: fail where something is in the way', async () => {
  const root = temporaryFolder();
  mkdirSync(join(root, '.sage'));
  const worktrees = join(root, '.sage/trees');
  writeFileSync(worktrees, 'a file');
  expect(await checkFolders(root, worktrees)).toMatchObject([
    { status: 'pass' },
    {
      id: `${id}.worktrees`,
      status: 'fail',
      message: `${worktrees} cannot be written (EEXIST): mend it, or set worktrees.directory`,
    },
  ]);
  expect(filesBelow(root)).toEqual(['.sage', '.sage/trees']);
});

test('agent: fails where it is not signed in, and says how to', async () => {
  const agent = { name: 'git', program: 'git', version: '1.2', fix: 'log in' };
  const path = process.env['PATH'] ?? '';
  const out = await checkAgent('/', { ...agent, signedIn: false }, path);
  expect(out.status).toBe('fail');
  expect(out.message).toMatch(/, version 1\.2, and not signed in: log in$/);
  expect((await checkAgent('/', { ...agent, signedIn: true }, path)).message).toMatch(
    /, version 1\.2, signed in$/,
  );
});

function withProgram(mode: number): { root: string; bin: string } {
  const root = temporaryFolder();
  const bin = join(root, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'coder'), '#!/bin/sh\n');
  chmodSync(join(bin, 'coder'), mode);
  return { root, bin };
}

test('agent: is found on PATH, by its path, and from the top of the repository', async () => {
  const { root, bin } = withProgram(0o755);
  for (const [program, path] of [
    ['coder', `/nowhere:${bin}`],
    [join(bin, 'coder'), ''],
    ['bin/coder', ''],
  ] as const) {
    expect(await checkAgent(root, { name: 'x', program }, path)).toMatchObject({
      id: `${id}.agent`,
      status: 'pass',
      message: `agent "x" is ${JSON.stringify(join(bin, 'coder'))}`,
    });
  }
});

test('agent: fails if it is missing, not executable or a folder; none need be configured', async () => {
  const { root, bin } = withProgram(0o644);
  const agent = { name: 'x', program: 'coder' };
  expect(await checkAgent(root, agent, bin)).toMatchObject({
    status: 'fail',
    message: expect.stringContaining('"coder" is not a program on PATH'),
  });
  expect(await checkAgent(root, agent, '')).toMatchObject({ status: 'fail' });
  expect(await checkAgent(root, { name: 'x', program: bin }, '')).toMatchObject({ status: 'fail' });
  expect(await checkAgent(root, undefined, bin)).toMatchObject({ status: 'pass' });
});

test('machine: one core is worth a warning', () => {
  expect(checkCores(1).status).toBe('warn');
  expect(checkCores(2).status).toBe('pass');
});

test('machine: judges the room by the worktrees that are wanted', () => {
  expect(judgeDisk(3, { size: 100e6, free: 300e6, room: 3 })).toMatchObject({
    status: 'pass',
    message: 'room for 3 worktrees of 100 MB, 300 MB are free',
  });
  expect(judgeDisk(3, { size: 100e6, free: 299e6, room: 2 })).toMatchObject({
    status: 'warn',
    message: expect.stringMatching(/^room for only 2 of 3 worktrees/),
  });
  expect(judgeDisk(3, { size: 100e6, free: 99e6, room: 0 }).status).toBe('fail');
});

test('machine: files that may be open are told where they are too few', () => {
  expect(checkOpenFiles(3, 1024)).toEqual([]);
  expect(checkOpenFiles(3, 72)).toMatchObject([{ id: 'parallel.files', status: 'warn' }]);
  expect(checkOpenFiles(1, 50)).toEqual([
    {
      id: 'parallel.files',
      status: 'fail',
      message: '50 files may be open, enough for 0 of 1 workers: allow more, such as ulimit -n 1024',
      tickets: [],
    },
  ]);
});

test('machine: measures the tracked files, in blocks', async () => {
  const { root, commit } = repository();
  commit({ big: 'x'.repeat(120_000) });
  writeFileSync(join(root, 'untracked'), 'x'.repeat(1e6));
  expect(await checkDisk(root, root, 1)).toMatchObject({
    status: 'pass',
    message: expect.stringContaining('worktrees of 0.1 MB'),
  });
  expect(await checkDisk(temporaryFolder(), root, 1)).toMatchObject({ status: 'warn' });
});

test('section 15 puts them together, with what a parallel run would gain', async () => {
  const { root } = repository();
  const tickets = [sound('A-1'), sound('A-2'), sound('B-1', { dependencies: ['A-1', 'A-2'] })];
  const report = await reportOn(tickets, {
    root,
    checks: ['parallel'],
    cores: 4,
    agent: { name: 'git', program: 'git' },
  });
  expect(report.ok).toBe(true);
  expect(report.checks.map(({ section, id, status }) => `${section} ${id} ${status}`)).toEqual([
    '15 parallel.git pass',
    '15 parallel.work-tree pass',
    '15 parallel.workflow-mode pass',
    '15 parallel.commit-queue pass',
    '15 parallel.worktrees pass',
    '15 parallel.agent pass',
    '15 parallel.cores pass',
    '15 parallel.disk pass',
    '15 parallel.potential pass',
    '15 parallel.workers pass',
  ]);
  expect(report.checks.at(-2)!.message).toBe(
    '2 of 3 open tickets (67 %) can start now, at most 2 at once; the longest chain has 2',
  );
  expect(filesBelow(join(root, '.sage'))).toEqual(['tickets', 'tickets/index.json']);
});

test('a sandbox is missed only where it is asked for', () => {
  expect(checkSandbox({ wanted: false }).status).toBe('pass');
  expect(checkSandbox({ wanted: true })).toMatchObject({ id: 'parallel.sandbox', status: 'fail' });
  expect(checkSandbox({ wanted: true, version: '0.8.0' }).message).toContain('bubblewrap 0.8.0 is installed');
});

test('workflow mode: has to say that tickets are worked on, where it is there', async () => {
  const root = temporaryFolder();
  expect(await checkWorkflowMode(root)).toMatchObject({ status: 'pass' });
  mkdirSync(join(root, '.sage'));
  writeFileSync(join(root, '.sage/workflow-mode'), 'TICKET_BASED\n');
  expect(await checkWorkflowMode(root)).toMatchObject({ status: 'pass' });
  writeFileSync(join(root, '.sage/workflow-mode'), 'DIRECT');
  expect(await checkWorkflowMode(root)).toMatchObject({
    status: 'fail',
    message: '.sage/workflow-mode says "DIRECT": sage stream needs TICKET_BASED there',
  });
});
