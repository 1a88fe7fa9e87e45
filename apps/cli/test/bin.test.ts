import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { put } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, test } from 'vitest';

test('a failure ends the process, whatever it has left open', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'bin'));
  copyFileSync(join(import.meta.dirname, '../bin/sage.js'), join(folder, 'bin/sage.js'));
  put(folder, {
    'package.json': '{"type": "module"}',
    'bundle/main.js': `import { createServer } from 'node:net';
      export async function main() { createServer().listen(0, '127.0.0.1'); process.exitCode = 3; }`,
  });
  const { status, signal } = spawnSync(process.execPath, [join(folder, 'bin/sage.js')], { timeout: 60_000 });
  expect([status, signal]).toEqual([3, null]);
});
