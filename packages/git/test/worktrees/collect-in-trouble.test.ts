import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { put, userGit } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { worker } from './collecting.ts';

afterEach(() => void vi.unstubAllEnvs());

test.each([
  ['has no room', 'update-index', 'echo "error: file write error: No space left on device" >&2; exit 128'],
  ['is killed', 'update-index', 'kill -9 $$'],
  ['is killed while it lists what was added by force', 'diff-index', 'kill -9 $$'],
])('work is not taken for what git cannot carry where git %s', async (_, command, fault) => {
  const { tree, collect } = await worker({ a: '1' });
  put(tree, { b: '2', '.gitignore': 'c\n', c: '3' });
  userGit(tree, 'add', '--force', 'c');
  const git = execFileSync('which', ['git'], { encoding: 'utf8' }).trim();
  const programs = temporaryFolder();
  const script = `#!/bin/sh\ncase " $* " in *" ${command} "*) ${fault};; esac\nexec ${git} "$@"\n`;
  writeFileSync(join(programs, 'git'), script, { mode: 0o755 });
  vi.stubEnv('PATH', `${programs}:${process.env['PATH']}`);
  await expect(collect()).rejects.toThrow(`git ${command} `);
  vi.unstubAllEnvs();
  expect(await collect()).toMatchObject({ changedFiles: ['.gitignore', 'b', 'c'] });
});

test.each(['.gitignore', '.gitattributes', 'd/.gitignore'])('a pipe as %s holds nothing up', async (name) => {
  const { tree, collect, show } = await worker({ a: '1', 'd/x': '1', '.gitattributes': '' });
  rmSync(join(tree, name), { force: true });
  execFileSync('mkfifo', [join(tree, name)]);
  put(tree, { b: '2' });
  const { commit, skipped } = await collect();
  expect(show(commit)).toBe('A\tb');
  expect(skipped).toEqual([name]);
});

test('a pipe holds nothing up in a folder whose name is not text', async () => {
  const { tree, collect, show } = await worker({ a: '1' });
  const make = 'name=$(printf "\\377"); mkdir "$name" && mkfifo "$name/.gitignore"';
  execFileSync('sh', ['-c', make], { cwd: tree });
  put(tree, { b: '2' });
  const { commit } = await collect();
  expect(show(commit)).toBe('A\tb');
});

test('another git that waits at the same pipe goes on as well', async () => {
  const { tree, collect } = await worker({ a: '1' });
  execFileSync('mkfifo', [join(tree, '.gitignore')]);
  const other = spawn('cat', ['.gitignore'], { cwd: tree, stdio: 'ignore' });
  const ended = once(other, 'exit');
  put(tree, { b: '2' });
  expect((await collect()).changedFiles).toEqual(['b']);
  await ended;
});

test('pipes and what cannot be entered keep the version of the base, and are named', async () => {
  const { tree, collect, show } = await worker({ a: '1', b: '1', 'd/x': '1' });
  rmSync(join(tree, 'a'));
  execFileSync('mkfifo', [join(tree, 'a'), join(tree, 'pipe')]);
  chmodSync(join(tree, 'd'), 0);
  put(tree, { b: '2' });
  const { commit, skipped } = await collect();
  expect(show(commit)).toBe('M\tb');
  expect(skipped).toEqual(['a']);
});
