import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, test, vi } from 'vitest';
import { findProcesses } from '../../src/process/end-processes.ts';
import { supervise, type SuperviseOptions } from '../../src/process/supervise.ts';

async function supervised(name: string, command: string, limits: Partial<SuperviseOptions> = {}) {
  const directory = temporaryFolder();
  const outputFile = join(directory, 'output');
  await writeFile(outputFile, '');
  const mark = { SAGE_RUN_ID: `supervise-${name}-${process.pid}` };
  const exit = await supervise({
    command,
    cwd: directory,
    environment: process.env,
    mark,
    timeout: 60_000,
    inputFile: '/dev/null',
    outputFile,
    ...limits,
  });
  expect(await findProcesses(mark)).toEqual([]);
  return exit;
}

test.each([
  ['output-limit', 'yes', { maxOutput: 100_000 }],
  ['process-limit', 'for n in 1 2 3 4 5 6 7 8 9; do setsid sleep 1000 & done; wait', { maxProcesses: 5 }],
  ['timeout', 'setsid sleep 1000 & wait', { timeout: 200 }],
])('a command that is %s is ended, with all that it started', async (ended, command, limit) => {
  expect((await supervised(ended, command, limit)).ended).toBe(ended);
});

// Ignores SIGTERM, so that ending it takes the whole grace.
const STUBBORN = `node -e 'process.on("SIGTERM",()=>{});setInterval(()=>{},1000)' </dev/null >/dev/null 2>&1 & sleep 0.5`;

test.each([
  ['timeout', { timeout: 4_000 }],
  ['idle limit', { idleTimeout: 4_000 }],
])('an end is not overtaken by the %s while what was left is ended', async (name, limit) => {
  const exit = await supervised(`late-${name.replace(' ', '-')}`, STUBBORN, limit);
  expect(exit).toMatchObject({ ended: 'exited', exitCode: 0 });
});

test('an interruption after the end changes nothing of it', async () => {
  const stop = new AbortController();
  const pid = join(temporaryFolder(), 'pid');
  const ending = supervised('interrupted', `echo $$ > '${pid}'; ${STUBBORN}`, { signal: stop.signal });
  const leader = () => process.kill(Number(readFileSync(pid, 'utf8')), 0);
  await vi.waitFor(() => expect(leader).toThrow('ESRCH'), { timeout: 60_000 });
  stop.abort();
  expect(await ending).toMatchObject({ ended: 'exited', exitCode: 0 });
});
