import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, test } from 'vitest';
import { AttemptLog, logParts } from '../../src/index.ts';

async function entriesOf(log: AttemptLog, folder: string, isOver: boolean): Promise<string[]> {
  const found: string[] = [];
  for await (const { part, kind, text } of log.read(await logParts(folder), isOver))
    found.push(`${part} ${kind}: ${text}`);
  return found;
}

const chunk = (text: string) =>
  `${JSON.stringify({ acp: 'update', value: { sessionUpdate: 'agent_message_chunk', content: { text } } })}\n`;

test('the outputs of an attempt come in the order in which they were written', async () => {
  const folder = temporaryFolder();
  const files = ['check-2-1', 'check-1-2', 'check-1-1', 'teardown', 'output', 'setup'];
  for (const name of files) await writeFile(join(folder, `${name}.log`), `of ${name}\n`);
  await writeFile(join(folder, 'prompt.md'), 'not a log');
  expect(await entriesOf(new AttemptLog(), folder, true)).toEqual([
    'setup printed: of setup',
    'agent said: of output',
    'check 1 printed: of check-1-1',
    'check 2 printed: of check-1-2',
    'check 1, round 2 printed: of check-2-1',
    'teardown printed: of teardown',
  ]);
  expect(await entriesOf(new AttemptLog(), join(folder, 'no such folder'), true)).toEqual([]);
});

test('what comes later is read later, and a message in pieces a line at a time', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'output.log');
  const log = new AttemptLog();
  await writeFile(file, chunk('Hel') + chunk('lo\nwor'));
  expect(await entriesOf(log, folder, false)).toEqual(['agent said: Hello']);
  await appendFile(file, `${chunk('ld')}half a li`);
  expect(await entriesOf(log, folder, false)).toEqual([]);
  expect(await entriesOf(log, folder, true)).toEqual(['agent said: world', 'agent said: half a li']);
});

test('a problem that is told again right after is told once', async () => {
  const folder = temporaryFolder();
  const lines = [
    { type: 'error', message: 'quota' },
    { type: 'turn.failed', error: { message: 'quota' } },
  ];
  await writeFile(join(folder, 'output.log'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  expect(await entriesOf(new AttemptLog(), folder, true)).toEqual(['agent problem: quota']);
});

test('something else in the place of a log is not read', async () => {
  const folder = temporaryFolder();
  await mkdir(join(folder, 'output.log'));
  await expect(entriesOf(new AttemptLog(), folder, true)).rejects.toThrow('not a regular file');
});
