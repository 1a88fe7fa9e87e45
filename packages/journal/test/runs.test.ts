import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, test } from 'vitest';
import {
  journalFile,
  listRuns,
  NoSuchRunError,
  readRun,
  type RunFact,
  unfinishedRuns,
} from '../src/index.ts';

const STARTED: RunFact = {
  event: 'run.started',
  target: 'refs/heads/work',
  base: 'b0',
  workers: 1,
  agent: 'a',
  tickets: ['A-1'],
  resumed: false,
};
const FINISHED: RunFact = {
  event: 'run.finished',
  outcome: 'finished',
  summary: { completed: 0, deferred: 0, blocked: 0, unprocessed: 1 },
};

async function write(top: string, run: string, lines: readonly unknown[]): Promise<void> {
  const file = journalFile(top, run);
  await mkdir(dirname(file), { recursive: true });
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  await writeFile(file, `${text.join('\n')}\n`);
}

const v2 = (run: string, fact: RunFact) => ({ v: 2, run, time: '2026-01-01T00:00:00.000Z', ...fact });

test('a repository without runs has none', async () => {
  expect(await listRuns(temporaryFolder())).toEqual([]);
  expect(await unfinishedRuns(temporaryFolder())).toEqual([]);
});

test('runs are listed newest first, with the time of their last event', async () => {
  const top = temporaryFolder();
  await write(top, '20260101-000000-a', [v2('20260101-000000-a', STARTED)]);
  await write(top, '20260102-000000-b', [v2('20260102-000000-b', STARTED)]);
  await utimes(journalFile(top, '20260101-000000-a'), 1_000, 1_000);
  const runs = await listRuns(top);
  expect(runs.map(({ run }) => run)).toEqual(['20260102-000000-b', '20260101-000000-a']);
  expect(runs[1]).toMatchObject({ file: journalFile(top, '20260101-000000-a'), modified: 1_000_000 });
});

test('a run that finished is not unfinished; one that was interrupted, or killed, is', async () => {
  const top = temporaryFolder();
  await write(top, 'a', [v2('a', STARTED), v2('a', FINISHED)]);
  await write(top, 'b', [v2('b', STARTED), v2('b', { ...FINISHED, outcome: 'interrupted' })]);
  await write(top, 'c', [v2('c', STARTED)]);
  await mkdir(join(dirname(dirname(journalFile(top, 'd'))), 'd'));
  expect((await unfinishedRuns(top)).map(({ run }) => run)).toEqual(['c', 'b']);
});

test('a damaged line is named, and the others count', async () => {
  const top = temporaryFolder();
  await write(top, 'a', [v2('a', STARTED), '{"v":2,"eve', v2('a', FINISHED)]);
  const { damaged, state, events } = await readRun(top, 'a');
  expect({ damaged, outcome: state.outcome, events: events.length }).toEqual({
    damaged: [2],
    outcome: 'finished',
    events: 2,
  });
});

test('a run that is not there is an error that says where runs are', async () => {
  const reading = readRun(temporaryFolder(), 'nope');
  await expect(reading).rejects.toThrow(NoSuchRunError);
  await expect(reading).rejects.toMatchObject({ code: 'NO_SUCH_RUN', run: 'nope' });
});

test('a journal of version 1 is read with the names of today', async () => {
  const top = temporaryFolder();
  const v1 = (fact: object) => ({ v: 1, run: 'old', time: '2026-01-01T00:00:00.000Z', ...fact });
  await write(top, 'old', [
    v1(STARTED),
    v1({ event: 'ticket.started', ticket: 'A-1', title: 'T', worker: 1, attempt: 1, base: 'b0' }),
    v1({ event: 'settings.changed', ticket: 'A-1', files: ['.git/config'] }),
    v1({ event: 'ticket.finished', ticket: 'A-1', worker: 1, attempt: 1, outcome: 'failed', seconds: 3 }),
    v1({ event: 'constructor', ticket: 'A-1' }),
  ]);
  const { events, state } = await readRun(top, 'old');
  expect(events.map(({ v, event }) => [v, event])).toEqual([
    [2, 'run.started'],
    [2, 'attempt.started'],
    [2, 'git.settings_changed'],
    [2, 'attempt.finished'],
    [2, 'constructor'],
  ]);
  expect(state.attempts.get('A-1')).toBe(1);
  expect(state.open.size).toBe(0);
});
