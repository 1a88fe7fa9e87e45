import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, test, vi } from 'vitest';
import { runProcess } from '../../src/index.ts';

const sh = (script: string, options = {}) =>
  runProcess('/bin/sh', ['-c', script], { cwd: temporaryFolder(), ...options });

test('all of both outputs is collected, and the exit code', async () => {
  const { stdout, stderr, exitCode, error } = await sh('cat; echo oops >&2; exit 3', {
    input: Buffer.alloc(300_000, 1),
  });
  expect(stdout.equals(Buffer.alloc(300_000, 1))).toBe(true);
  expect([stderr.toString(), exitCode, error]).toEqual(['oops\n', 3, undefined]);
});

test('one that does not read its input ends by itself', async () => {
  expect(await sh('exit 0', { input: Buffer.alloc(1_000_000) })).toMatchObject({ exitCode: 0 });
});

test('a program that cannot be started is an error, not an exit code', async () => {
  const cwd = temporaryFolder();
  const missing = await runProcess(join(cwd, 'none'), [], { cwd });
  expect(missing).toMatchObject({ exitCode: undefined, error: { code: 'ENOENT' } });
  const tooLong = await runProcess('/bin/true', ['x'.repeat(10_000_000)], { cwd });
  expect(tooLong).toMatchObject({ exitCode: undefined, error: { code: 'E2BIG' } });
  const folder = join(cwd, 'folder');
  mkdirSync(folder);
  expect((await runProcess(folder, [], { cwd })).error).toMatchObject({ code: 'EACCES' });
});

test('one that is cut off is not waited for by the pipes that others hold', async () => {
  const cwd = temporaryFolder();
  const fifo = join(cwd, 'fifo');
  execFileSync('mkfifo', [fifo]);
  const script = 'cat fifo & exec sleep 60';
  const stop = new AbortController();
  const started = sh(script, { cwd, signal: stop.signal });
  stop.abort();
  expect(await started).toMatchObject({ exitCode: undefined, error: undefined });
  expect(await sh(script, { cwd, timeout: 100 })).toMatchObject({ exitCode: undefined });
  // Ends whoever still reads there; nobody may have come to it.
  try {
    closeSync(openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK));
  } catch {}
});

test('one that has ended is not waited for either, when it is cut off after that', async () => {
  const cwd = temporaryFolder();
  const gate = join(cwd, 'gate');
  execFileSync('mkfifo', [gate]);
  const stop = new AbortController();
  // What it has started holds its output open, and says when it has lost its parent.
  const script = '(while kill -0 $$; do :; done; echo gone >&2; cat gate) 2>ended &';
  const run = sh(script, { cwd, signal: stop.signal });
  const ended = join(cwd, 'ended');
  await vi.waitFor(() => expect(readFileSync(ended, 'utf8')).toContain('gone'));
  stop.abort();
  expect(await run).toMatchObject({ exitCode: undefined });
  writeFileSync(gate, '');
});
