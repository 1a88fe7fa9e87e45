import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, test } from 'vitest';
import { findProcesses } from '../../src/process/end-processes.ts';
import { supervise } from '../../src/process/supervise.ts';

test.each([
  ['output-limit', 'yes', { maxOutput: 100_000 }],
  ['process-limit', 'for n in 1 2 3 4 5 6 7 8 9; do setsid sleep 1000 & done; wait', { maxProcesses: 5 }],
  ['timeout', 'setsid sleep 1000 & wait', { timeout: 200 }],
])('a command that is %s is ended, with all that it started', async (ended, command, limit) => {
  const directory = temporaryFolder();
  const outputFile = join(directory, 'output');
  await writeFile(outputFile, '');
  const mark = { SAGE_RUN_ID: `supervise-${ended}-${process.pid}` };
  const files = { inputFile: '/dev/null', outputFile };
  const exit = await supervise({
    command,
    cwd: directory,
    environment: process.env,
    mark,
    timeout: 60_000,
    ...files,
    ...limit,
  });
  expect(exit.ended).toBe(ended);
  expect(await findProcesses(mark)).toEqual([]);
});
