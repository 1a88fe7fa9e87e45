import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Sandbox, WRITE_OWN_FILE } from './sandbox.ts';

test('from nothing to a landed backlog, by the commands that each message names', async () => {
  const files = { 'package.json': '{"scripts": {"test": "true"}}' };
  const sandbox = await Sandbox.create([], { files });
  sandbox.git('rm', '--quiet', '.sage/tickets/index.json');
  sandbox.git('commit', '--quiet', '--message=none');
  const none = await sandbox.sage('list');
  expect([none.exitCode, none.stderr]).toEqual([2, expect.stringContaining('sage init')]);
  const init = await sandbox.sage('init');
  expect(init.stdout).toContain('wrote sage.config.yaml\n');
  expect(init.stdout).toContain('wrote .sage/tickets/index.json\n');
  expect((await sandbox.sage('init')).stdout).toContain('sage.config.yaml stays as it is');
  expect((await sandbox.sage('add', 'Serve the menu')).stdout).toContain('TASK-001 is in');
  expect((await sandbox.sage('add', 'Cache it', '--after', 'TASK-001', '--json')).stdout).toContain(
    '"id":"TASK-002"',
  );
  expect((await sandbox.sage('list')).stdout).toBe(
    'TASK-001        ready         Serve the menu\nTASK-002        waiting       Cache it  (after TASK-001)',
  );
  expect((await sandbox.sage('next')).stdout).toBe('TASK-001        ready         Serve the menu');
  expect((await sandbox.sage('show', 'TASK-001')).stdout).toContain('waited for by: TASK-002');
  const wrong = await sandbox.sage('show', 'TASK-003');
  expect([wrong.exitCode, wrong.stderr]).toEqual([
    2,
    expect.stringMatching(/"TASK-003": did you mean "TASK-00\d"/),
  ]);
  sandbox.git('add', '--all');
  sandbox.git('commit', '--quiet', '--message=backlog');
  await sandbox.sage('trust');
  const run = await sandbox.stream(WRITE_OWN_FILE);
  expect(run.exitCode).toBe(0);
  expect((await sandbox.sage('next')).stdout).toBe('nothing to do: 2 COMPLETED');
  const listed = await sandbox.sage('list', '--json');
  expect(JSON.parse(listed.stdout)).toMatchObject({
    v: 1,
    tickets: [{ state: 'COMPLETED' }, { state: 'COMPLETED' }],
  });
});

test('a ticket that cannot be added changes nothing', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  const before = await sandbox.read('.sage/tickets/index.json');
  for (const args of [
    ['x', '--id', 'API-1'],
    ['x', '--after', 'NO-1'],
  ]) {
    const { exitCode, stderr } = await sandbox.sage('add', ...args);
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/^ERROR: .*$/)]);
  }
  expect(await sandbox.read('.sage/tickets/index.json')).toBe(before);
});

test('a shell completes commands, flags and ticket ids, and sage takes its directory first, too', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'WEB-1' }]);
  const complete = (line: string) =>
    execFileSync(
      'bash',
      [
        '-c',
        `sage() { '${process.execPath}' '${join(import.meta.dirname, '../apps/cli/bin/sage.js')}' "$@"; }
         source <(sage completion bash); COMP_WORDS=(${line}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _sage; echo "\${COMPREPLY[@]}"`,
      ],
      { cwd: sandbox.root, env: sandbox.environment(), encoding: 'utf8' },
    ).trim();
  expect(complete('sage sta')).toBe('status');
  expect(complete('sage stream --verify-m')).toBe('--verify-mode');
  expect(complete('sage show W')).toBe('WEB-1');
  const first = execFileSync(
    process.execPath,
    [join(import.meta.dirname, '../apps/cli/bin/sage.js'), '-C', sandbox.root, 'list'],
    { env: sandbox.environment(), encoding: 'utf8' },
  );
  expect(first).toContain('API-1');
});
