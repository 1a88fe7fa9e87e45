import { appendFile } from 'node:fs/promises';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, onTestFinished, test } from 'vitest';
import { followRun, journalFile, NoSuchRunError, type RunEvent, type RunFact, RunLog } from '../src/index.ts';

const paused: RunFact = { event: 'run.paused' };
const resumed: RunFact = { event: 'run.resumed' };
const finished: RunFact = {
  event: 'run.finished',
  outcome: 'interrupted',
  summary: { completed: 0, deferred: 0, blocked: 0, unprocessed: 0 },
};

async function openLog(): Promise<{ root: string; log: RunLog }> {
  const root = temporaryFolder();
  const log = await RunLog.open(root, 'r', [], () => new Date(0));
  onTestFinished(() => log.close());
  return { root, log };
}

async function next(events: AsyncGenerator<RunEvent, void>): Promise<string | undefined> {
  const step = await events.next();
  return step.done ? undefined : step.value.event;
}

test('a follower gets what is there, then what comes, and ends with the run', async () => {
  const { root, log } = await openLog();
  await log.emit(paused);
  const events = followRun(root, 'r');
  expect(await next(events)).toBe('run.paused');
  const coming = next(events);
  await log.emit(resumed);
  expect(await coming).toBe('run.resumed');
  await log.emit(finished);
  expect(await next(events)).toBe('run.finished');
  expect(await next(events)).toBeUndefined();
});

test('a resumed run has several ends, and the last one counts', async () => {
  const { root, log } = await openLog();
  for (const fact of [finished, paused, finished]) await log.emit(fact);
  const seen: string[] = [];
  for await (const { event } of followRun(root, 'r')) seen.push(event);
  expect(seen).toEqual(['run.finished', 'run.paused', 'run.finished']);
});

test('a line that is written in two parts is one event, also within a character', async () => {
  const { root, log } = await openLog();
  const line = Buffer.from(
    `${JSON.stringify({ v: 2, run: 'r', time: '', event: 'run.paused', note: 'größe' })}\n`,
  );
  const events = followRun(root, 'r');
  await appendFile(journalFile(root, 'r'), line.subarray(0, line.indexOf('ö') + 1));
  const coming = events.next();
  await appendFile(journalFile(root, 'r'), line.subarray(line.indexOf('ö') + 1));
  expect((await coming).value).toMatchObject({ event: 'run.paused', note: 'größe' });
  await log.emit(finished);
  await events.return();
});

test('an aborted follower ends', async () => {
  const { root } = await openLog();
  const abort = new AbortController();
  const coming = next(followRun(root, 'r', { signal: abort.signal }));
  abort.abort();
  expect(await coming).toBeUndefined();
});

test('a run that is not there cannot be followed', async () => {
  const { root } = await openLog();
  await expect(followRun(root, 'nope').next()).rejects.toThrow(NoSuchRunError);
});
