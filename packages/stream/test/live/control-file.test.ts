import { execFileSync } from 'node:child_process';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, onTestFinished, test } from 'vitest';
import { controlFile, readControl, writeControl } from '../../src/live/control-file.ts';
import { ControlInput } from '../../src/live/control-input.ts';
import type { RunEvent } from '@sage/journal';
import { RunLog } from '@sage/journal';

async function opened() {
  const root = temporaryFolder();
  const file = controlFile(root, 'r');
  await mkdir(dirname(file), { recursive: true });
  const events: RunEvent[] = [];
  const notices: string[] = [];
  const log = await RunLog.open(root, 'r', [], () => new Date(0));
  log.subscribe((event) => events.push(event));
  onTestFinished(() => log.close());
  await writeFile(file, '{"v":1,"paused":true,"workers":9}');
  const input = await ControlInput.open({ root, log, notice: (text) => notices.push(text) });
  const target = 'refs/heads/work';
  await log.emit({
    event: 'run.started',
    target,
    base: 'b',
    workers: 2,
    agent: 'a',
    tickets: [],
    resumed: false,
  });
  const look = async () => {
    if (await input.hasChanged()) await input.take();
  };
  return { file, log, look, notices, acknowledged: () => events.slice(1).map(({ event }) => event) };
}

test('a run applies what has changed, and forgets what an earlier process was asked', async () => {
  const { file, log, look, notices, acknowledged } = await opened();
  await look();
  expect(acknowledged()).toEqual([]);
  await writeControl(file, { paused: true, workers: 2 });
  await look();
  await look();
  expect(log.state).toMatchObject({ paused: true, workers: 2 });
  await writeControl(file, { paused: false, workers: 5 });
  await look();
  expect(acknowledged()).toEqual(['run.paused', 'run.resumed', 'run.workers']);
  expect(log.state).toMatchObject({ paused: false, workers: 5 });
  expect(await readdir(dirname(file))).toEqual(['control.json', 'journal.jsonl']);
  await rm(file);
  await look();
  expect(log.state.workers).toBe(5);
  expect(notices).toEqual([]);
});

test.for([
  '',
  '{"v":1,"paused":true',
  'null',
  '[]',
  '7',
  '{"v":2,"paused":true,"workers":3}',
  '{"v":1,"workers":3}',
  '{"v":1,"paused":"yes","workers":3}',
  '{"v":1,"paused":true}',
  '{"v":1,"paused":true,"workers":"auto"}',
  '{"v":1,"paused":true,"workers":0}',
  '{"v":1,"paused":true,"workers":-1}',
  '{"v":1,"paused":true,"workers":1.5}',
  '{"v":1,"paused":true,"workers":1e999}',
  `{"v":1,"paused":true,"workers":3,"more":"${'x'.repeat(5_000)}"}`,
])('%s is ignored with one line', async (text) => {
  const { file, log, look, notices, acknowledged } = await opened();
  await writeFile(file, text);
  await look();
  await look();
  expect(acknowledged()).toEqual([]);
  expect(log.state).toMatchObject({ paused: false, workers: 2 });
  expect(notices).toHaveLength(1);
  expect(notices[0]).toMatch(/^[^\n]*control\.json is ignored: [^\n]+$/);
});

test('what is no file is not read', async () => {
  const { file, look, notices } = await opened();
  execFileSync('mkfifo', [file]);
  await look();
  await rm(file);
  await mkdir(file);
  await look();
  expect(notices).toHaveLength(2);
  await rm(file, { recursive: true });
  expect(await readControl(file)).toBeUndefined();
});
