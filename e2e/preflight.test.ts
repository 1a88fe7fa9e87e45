import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Sandbox, WRITE_OWN_FILE } from './sandbox.ts';
import { onSmallDisk } from './small-disk.ts';

const configured = (config: object) => ({ files: { 'sage.config.json': JSON.stringify(config) } });
const ONE = [{ id: 'API-1' }];

test('an agent that is not signed in ends the run before it begins, with what signs in', async () => {
  const program = '#!/bin/sh\necho "2.1.0 (Claude Code)"\n';
  const sandbox = await Sandbox.create(ONE, { files: { 'bin/claude': program } });
  sandbox.git('update-index', '--chmod=+x', 'bin/claude');
  sandbox.git('checkout-index', '--force', 'bin/claude');
  const PATH = `${join(sandbox.root, 'bin')}:${process.env['PATH']}`;
  const run = await sandbox.start(['stream', '--auto', '--agent=claude'], { PATH });
  expect([run.exitCode, run.stderr]).toEqual([
    2,
    'ERROR: agent "claude" is not signed in: run claude once and log in, or set ANTHROPIC_API_KEY',
  ]);
});

test('a setup that fails on the base commit is found by the run, and by validate', async () => {
  const sandbox = await Sandbox.create(ONE, configured({ worktrees: { setup: 'echo no lockfile; exit 7' } }));
  const run = await sandbox.stream(WRITE_OWN_FILE);
  expect([run.exitCode, run.stdout]).toEqual([2, '']);
  const [, log = ''] =
    /setup ended with exit code 7: no lockfile \(full log: (\S+setup\.log)\)/.exec(run.stderr) ?? [];
  expect(await sandbox.read(log)).toBe('no lockfile\n');
  const check = await sandbox.sage('validate', '--check=parallel');
  expect(check.exitCode).toBe(1);
  expect(check.stdout.replaceAll(/\s+/g, ' ')).toContain('setup ended with exit code 7: no lockfile');
});

test('a verify that fails on the base commit is found by validate as well', async () => {
  const sandbox = await Sandbox.create(ONE, configured({ verify: 'echo 3 tests failed; false' }));
  const check = await sandbox.sage('validate', '--check=parallel');
  expect(check.exitCode).toBe(1);
  expect(check.stdout.replaceAll(/\s+/g, ' ')).toContain('itself, with: 3 tests failed');
  expect((await sandbox.sage('validate', '--check=schema')).exitCode).toBe(0);
});

test('a workflow mode that is not for tickets is found by all', async () => {
  const sandbox = await Sandbox.create(ONE, { files: { '.sage/workflow-mode': 'DIRECT\n' } });
  const fault = '.sage/workflow-mode says "DIRECT": sage stream needs TICKET_BASED there';
  expect((await sandbox.stream(WRITE_OWN_FILE)).stderr).toBe(`ERROR: ${fault}`);
  const plan = await sandbox.sage('stream', '--dry-run');
  expect([plan.exitCode, plan.stderr]).toEqual([2, `ERROR: ${fault}`]);
  const check = await sandbox.sage('validate');
  expect([check.exitCode, check.stdout.includes('.sage/workflow-mode says "DIRECT"')]).toEqual([1, true]);
});

test('a target that nothing can land on is found by all', async () => {
  const sandbox = await Sandbox.create(ONE);
  sandbox.git('checkout', '--quiet', '--detach');
  const fault = 'HEAD is detached: switch to a branch, or name one with --target';
  expect((await sandbox.stream(WRITE_OWN_FILE)).stderr).toBe(`ERROR: ${fault}`);
  expect((await sandbox.sage('stream', '--dry-run')).stderr).toBe(`ERROR: ${fault}`);
  const check = await sandbox.sage('validate', '--check=parallel');
  expect([check.exitCode, check.stdout.includes(fault)]).toEqual([1, true]);
  // The index itself is sound, also where CI has checked out a commit.
  expect((await sandbox.sage('validate', '--strict')).exitCode).toBe(0);
});

test('verify is tried on the target that the configuration names', async () => {
  const sandbox = await Sandbox.create(ONE, configured({ verify: 'test -e ready', target: 'other' }));
  sandbox.git('branch', 'other');
  await sandbox.write('ready', '');
  sandbox.git('add', '--all');
  sandbox.git('commit', '--quiet', '--message=ready');
  expect((await sandbox.stream(WRITE_OWN_FILE)).exitCode).toBe(2);
  expect((await sandbox.sage('validate', '--check=parallel')).exitCode).toBe(1);
});

test('a disk without room for one worktree is found by all', async (context) => {
  const big = { 'big.txt': '\n'.repeat(30_000_000) };
  const directory = '../small/worktrees';
  const sandbox = await Sandbox.create(ONE, {
    files: { ...big, 'sage.config.json': JSON.stringify({ worktrees: { directory } }) },
  });
  onSmallDisk(join(sandbox.root, '../small'), context);
  const fault =
    /^ERROR: no room for a worktree of 31 MB in \S+small\/worktrees\S*: 2\d MB are free; free some disk space, or set worktrees\.directory$/;
  for (const args of [['--dry-run'], ['--auto', '--agent-command', WRITE_OWN_FILE]]) {
    const { exitCode, stdout, stderr } = await sandbox.sage('stream', ...args);
    expect([exitCode, stdout, stderr]).toEqual([2, '', expect.stringMatching(fault)]);
  }
  expect(sandbox.git('branch', '--list')).toBe('* work');
  const check = await sandbox.sage('validate');
  expect([check.exitCode, check.stdout.includes('room for only 0 of 1 worktrees')]).toEqual([1, true]);
});

test.runIf(process.platform === 'linux')('a shell with very few open files is found by all', async () => {
  const sandbox = await Sandbox.create(ONE);
  const fault = 'only 60 files may be open, too few for a run: allow more, such as ulimit -n 1024';
  for (const args of ['--dry-run', `--auto --agent-command '${WRITE_OWN_FILE}'`])
    expect(sandbox.shell(`ulimit -n 60; sage stream ${args} 2>&1`, [2])).toBe(`ERROR: ${fault}\n`);
  expect(sandbox.shell('ulimit -n 60; sage validate', [1])).toContain(
    '60 files may be open, enough for 0 of 1 workers',
  );
});

test('the index that getting-started shows passes the strict checks', async () => {
  const page = await readFile(join(import.meta.dirname, '../docs/getting-started.md'), 'utf8');
  const example = /```json\n(\{\n {2}"version"[\s\S]*?)```/.exec(page)?.[1] ?? '';
  const sandbox = await Sandbox.create(example);
  const { exitCode, stdout } = await sandbox.sage('validate', '--strict');
  expect(stdout).not.toContain('warn ');
  expect(exitCode).toBe(0);
});
