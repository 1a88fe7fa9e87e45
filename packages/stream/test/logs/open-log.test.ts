import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunFact, RunLog } from '@sage/journal';
import { repository } from '@sage/test-support/repository';
import { expect, onTestFinished, test } from 'vitest';
import { openLog } from '../../src/logs/open-log.ts';

const COMMIT = 'c'.repeat(40);
const STARTED: RunFact[] = [
  {
    event: 'run.started',
    target: 'refs/heads/main',
    base: COMMIT,
    workers: 1,
    agent: 'a',
    tickets: ['A-1'],
    resumed: false,
  },
  { event: 'attempt.started', ticket: 'A-1', title: 'one', worker: 1, attempt: 1, base: COMMIT },
];
const LANDED: RunFact[] = [
  { event: 'attempt.finished', ticket: 'A-1', worker: 1, attempt: 1, outcome: 'completed', seconds: 1 },
  { event: 'landing.landed', ticket: 'A-1', entry: 'e', commit: COMMIT },
  {
    event: 'run.finished',
    outcome: 'finished',
    summary: { completed: 1, deferred: 0, blocked: 0, unprocessed: 0 },
  },
];

test('a run that ends between two looks has told its follower everything', async () => {
  const { root } = repository();
  const run = '20260101-000000-abcdef';
  const log = await RunLog.open(root, run, [], () => new Date(0));
  onTestFinished(() => log.close());
  for (const fact of STARTED) await log.emit(fact);
  const folder = join(root, '.sage/runs', run, 'A-1/1');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'output.log'), 'begun\nover\n');
  const opened = await openLog({ directory: root, ticket: 'A-1' });
  // Its process is gone when the follower looks.
  for (const fact of LANDED) await log.emit(fact);
  const texts: string[] = [];
  for await (const { text } of opened.entries({ follow: true })) texts.push(text);
  expect(texts).toEqual(['begun', 'over', `landed as ${COMMIT}`]);
});
