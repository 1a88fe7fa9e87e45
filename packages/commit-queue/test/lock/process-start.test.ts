import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, test } from 'vitest';
import { startByPs } from '../../src/lock/process-start.ts';

/** Above what any system gives out. */
const NOBODY = 2 ** 22 + 1;

function ps(script: string): string {
  const file = join(temporaryFolder(), 'ps');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

test('the same process has the same start each time, one that has ended has none', async () => {
  const start = await startByPs(process.pid);
  expect(start).toMatch(/\d\d:\d\d:\d\d/);
  expect(await startByPs(process.pid)).toBe(start);
  expect(await startByPs(NOBODY)).toBeUndefined();
});

test.each([
  ['fails with a word', 'echo "ps: cannot fork" >&2; exit 1'],
  ['fails without a word', 'exit 1'],
  ['says nothing', ':'],
  ['is killed', 'kill -9 $$'],
])('a ps that %s is no proof that a process has ended', async (_, script) => {
  await expect(startByPs(process.pid, ps(script))).rejects.toThrow('ps does not say');
  expect(await startByPs(NOBODY, ps(script))).toBeUndefined();
});

test('nor is one that cannot be started', async () => {
  await expect(startByPs(process.pid, join(temporaryFolder(), 'none'))).rejects.toThrow('ps does not say');
});
