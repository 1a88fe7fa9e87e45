import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, test } from 'vitest';
import { outputTail } from '../../src/index.ts';

test('reads the end of a large file, without colours and without a cut line', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'output.log');
  await writeFile(
    file,
    `${'flood '.repeat(100_000)}\nalmost\n\u001B[31mRESULT: DEFERRED later\u001B[0m\r\n\n`,
  );
  expect(await outputTail(file)).toEqual(['almost', 'RESULT: DEFERRED later']);
  await writeFile(file, '');
  expect(await outputTail(file)).toEqual([]);
});
