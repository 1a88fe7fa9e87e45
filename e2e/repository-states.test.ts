import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseEvents, Sandbox, WRITE_OWN_FILE } from './sandbox.ts';

const ONE = [{ id: 'API-1' }];
const RUN = ['stream', '--auto', '--json', '--agent-command', WRITE_OWN_FILE];

test('a run may be started anywhere in the repository', async () => {
  const sandbox = await Sandbox.create(ONE);
  await mkdir(join(sandbox.root, 'deep/down'), { recursive: true });
  const { exitCode } = await sandbox.start(RUN, {}, 'deep/down');
  expect(exitCode).toBe(0);
  expect(sandbox.landings()).toHaveLength(1);
});

test('a run leaves journals, and nothing in the cache folder', async () => {
  const sandbox = await Sandbox.create(ONE);
  expect((await sandbox.sage(...RUN)).exitCode).toBe(0);
  expect(await readdir(join(sandbox.root, '../home/.cache'))).toEqual([]);
  expect(sandbox.git('for-each-ref', 'refs/sage')).toBe('');
  expect(await readdir(join(sandbox.root, '.sage'))).toEqual(['commit-queue', 'runs', 'tickets']);
});

test('a linked worktree lands on its own branch, and leaves the main one alone', async () => {
  const sandbox = await Sandbox.create(ONE, { branch: 'main' });
  sandbox.git('worktree', 'add', '--quiet', '-b', 'side', join(sandbox.root, '../side'));
  const { exitCode, stderr } = await sandbox.start(RUN, {}, '../side');
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  expect(sandbox.landings('side')).toHaveLength(1);
  expect(sandbox.landings('main')).toHaveLength(0);
  expect(sandbox.git('-C', join(sandbox.root, '../side'), 'status', '--porcelain')).toBe('');
  expect(sandbox.git('status', '--porcelain')).toBe('');
});

test.each([
  ['shallow', ['--depth=1'], ''],
  ['partial', ['--filter=blob:none'], 'this is a partial clone'],
])('a %s clone works', async (_, flags, notice) => {
  const sandbox = await Sandbox.create(ONE, { files: { 'big.txt': 'content\n' } });
  await sandbox.write('README.md', 'second\n');
  sandbox.git('commit', '--quiet', '--all', '--message=second');
  sandbox.git('config', 'uploadpack.allowFilter', 'true');
  sandbox.git(
    'clone',
    '--quiet',
    '--no-local',
    ...flags,
    `file://${sandbox.root}`,
    join(sandbox.root, '../clone'),
  );
  const { exitCode, stdout, stderr } = await sandbox.start(RUN, {}, '../clone');
  expect(stderr).toContain(notice);
  expect(exitCode).toBe(0);
  expect(parseEvents(stdout).at(-1)).toMatchObject({ summary: { completed: 1 } });
  const clone = (...args: string[]) => sandbox.git('-C', join(sandbox.root, '../clone'), ...args);
  expect(clone('status', '--porcelain')).toBe('');
  expect(clone('show', 'HEAD:out/API-1.txt')).toBe('API-1');
  expect(clone('worktree', 'list').split('\n')).toHaveLength(1);
});

const hasLfs = spawnSync('git', ['lfs', 'version']).status === 0;

test.skipIf(!hasLfs)('files that git-lfs keeps elsewhere are worked on, landed and checked out', async () => {
  const two = [{ id: 'API-1' }, { id: 'API-2', dependencies: ['API-1'] }];
  const sandbox = await Sandbox.create(two);
  sandbox.git('lfs', 'install', '--local');
  sandbox.git('lfs', 'track', '*.bin');
  await sandbox.write('big.bin', 'first content\n');
  sandbox.git('add', '--all');
  sandbox.git('commit', '--quiet', '--message=big');
  // The second one finds what the first one has left, and commits by itself.
  const agent =
    'echo "$SAGE_TICKET_ID" >> big.bin; test "$SAGE_TICKET_ID" = API-1 || git -c user.name=W -c user.email=w@example.org commit -qam own';
  const { exitCode } = await sandbox.stream(agent, '--verify', 'grep -q "first content" big.bin');
  expect(exitCode).toBe(0);
  expect(await sandbox.read('big.bin')).toBe('first content\nAPI-1\nAPI-2\n');
  expect(sandbox.git('show', 'HEAD:big.bin')).toContain('version https://git-lfs.github.com/spec/v1');
  expect(sandbox.git('status', '--porcelain')).toBe('');
  expect(sandbox.git('lfs', 'fsck')).toContain('OK');
});

test('variables of a surrounding git do not lead astray', async () => {
  const sandbox = await Sandbox.create(ONE);
  const { exitCode, stderr } = await sandbox.start(RUN, {
    GIT_DIR: '/nowhere',
    GIT_WORK_TREE: '/nowhere',
    GIT_INDEX_FILE: '/nowhere/index',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'core.hooksPath',
    GIT_CONFIG_VALUE_0: '/nowhere',
  });
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  expect(sandbox.landings()).toHaveLength(1);
});

test('what an agent writes into hooks and configuration is never run', async () => {
  const sandbox = await Sandbox.create([...ONE, { id: 'API-2', dependencies: ['API-1'] }]);
  const hook = `printf '#!/bin/sh\\ntouch ${sandbox.root}/../pwned\\n'`;
  const agent = [
    WRITE_OWN_FILE,
    'common=$(git rev-parse --git-common-dir)',
    'mkdir -p "$common/hooks"',
    `for name in post-checkout reference-transaction post-index-change; do ${hook} > "$common/hooks/$name"; chmod +x "$common/hooks/$name"; done`,
    `git config core.fsmonitor "touch ${sandbox.root}/../pwned"`,
    `git config core.hooksPath "$common/hooks"`,
  ].join('\n');
  const { exitCode, events } = await sandbox.stream(agent);
  expect(exitCode).toBe(0);
  expect(events.at(-1)).toMatchObject({ summary: { completed: 2 } });
  await expect(readFile(join(sandbox.root, '../pwned'))).rejects.toThrow('ENOENT');
});

test('hooks of the user are for the user: a failing pre-commit does not stop a landing', async () => {
  const sandbox = await Sandbox.create(ONE);
  await sandbox.write('.git/hooks/pre-commit', '#!/bin/sh\nexit 1\n');
  await chmod(join(sandbox.root, '.git/hooks/pre-commit'), 0o755);
  expect((await sandbox.stream(WRITE_OWN_FILE)).exitCode).toBe(0);
});

test('a velocity log that is there gets a line a landing', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'API-2' }]);
  await sandbox.write('.git/info/exclude', '.sage/stream-velocity.log\n');
  await sandbox.write('.sage/stream-velocity.log', '');
  await sandbox.stream(WRITE_OWN_FILE);
  const lines = (await sandbox.read('.sage/stream-velocity.log')).trim().split('\n');
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\dT\S+Z \d+\.\d\d API-1$/);
});

test('in a shared repository whatever a run makes is shared, but for its settings', async () => {
  const sandbox = await Sandbox.create(ONE);
  sandbox.git('config', 'core.sharedRepository', 'group');
  const { exitCode } = await sandbox.sage(...RUN, '--verify', 'true');
  expect(exitCode).toBe(0);
  const unshared: string[] = [];
  let seen = 0;
  for (const top of ['.sage/runs', '.sage/commit-queue', '.git/sage', '.git/sage-queue'])
    for (const entry of await readdir(join(sandbox.root, top), { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      const { mode } = await stat(path);
      seen += 1;
      // An agent's result is the agent's own file; settings may hold what is for its user's eyes only.
      if (['result.json', 'settings.json'].includes(entry.name)) continue;
      const wanted = entry.isDirectory() ? 0o2070 : 0o060;
      if ((mode & wanted) !== wanted) unshared.push(`${path}: ${mode.toString(8)}`);
    }
  expect(unshared).toEqual([]);
  expect(seen).toBeGreaterThan(10);
});
