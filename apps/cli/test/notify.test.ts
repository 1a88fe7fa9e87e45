import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEvent } from '@sage/journal';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, test } from 'vitest';
import { Notifier } from '../src/notify.ts';

const FINISHED = {
  v: 2,
  run: 'r',
  time: '',
  event: 'run.finished',
  outcome: 'finished',
  summary: { completed: 1, deferred: 0, blocked: 0, unprocessed: 0 },
} satisfies RunEvent;
const SILENT = { event: () => {}, resumed: () => {}, notice: () => {} };

test('a command gets the end of a run, and each question, as JSON', async () => {
  const root = temporaryFolder();
  const stdout = { write: () => true };
  const notifier = new Notifier({ command: 'cat >> told; exit 1', root, stdout, environment: {} });
  const ticket = { id: 'A-1' } as never;
  const answer = await notifier.ask(() => Promise.resolve('yes'))({ kind: 'start', ticket });
  await notifier.settled();
  notifier.reporter(SILENT).event(FINISHED);
  notifier.reporter(SILENT).event({ ...FINISHED, event: 'run.paused' } as never);
  await notifier.settled();
  expect(answer).toBe('yes');
  const lines = readFileSync(join(root, 'told'), 'utf8').trim().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { v: 2, event: 'question', kind: 'start', ticket: 'A-1' },
    FINISHED,
  ]);
});

test.each([
  [true, {}, '\u0007'],
  [true, { TERM_PROGRAM: 'WezTerm' }, '\u001B]9;sage: the run is over: finished\u0007'],
  [false, { TERM_PROGRAM: 'WezTerm' }, ''],
])('a terminal rings, or shows it (%s, %j)', (isTTY, environment, expected) => {
  let written = '';
  const stdout = { isTTY, write: (text: string) => (written += text) };
  new Notifier({ command: undefined, root: '/', stdout, environment }).reporter(SILENT).event(FINISHED);
  expect(written).toBe(expected);
});
