import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openRepository } from '@sage/git';
import type { RunFact } from '@sage/journal';
import { put, repository } from '@sage/test-support/repository';
import { expect, test } from 'vitest';
import { VelocityLog } from '../../src/history/velocity-log.ts';

const FILE = '.sage/stream-velocity.log';
const clock = { now: () => new Date('2026-01-01T00:00:00Z'), elapsed: () => 0, after: () => () => {} };
const about = { worker: 1, attempt: 1, outcome: 'completed' } as const;
const facts: readonly RunFact[] = [
  { event: 'attempt.finished', ticket: 'A-1', seconds: 90, ...about },
  { event: 'attempt.finished', ticket: 'A 2', seconds: 60, ...about },
  { event: 'attempt.finished', ticket: 'A-3', seconds: 60, ...about, outcome: 'failed' },
  { event: 'landing.landed', ticket: 'A-1', entry: 'e', commit: 'c' },
  { event: 'landing.landed', ticket: 'A 2', entry: 'e', commit: 'c' },
  { event: 'landing.landed', ticket: 'A-3', entry: 'e', commit: 'c' },
  { event: 'landing.landed', ticket: 'A-1', entry: 'e', commit: 'c' },
];

async function record(root: string): Promise<void> {
  const log = await VelocityLog.open(await openRepository(root), clock);
  for (const fact of facts) log.observe({ v: 2, run: 'r', time: '', ...fact });
  await log.close();
}

test('a log that is there gets a line for each landing of an attempt that this run has seen', async () => {
  const { root } = repository();
  put(root, { [FILE]: 'before\n' });
  await record(root);
  expect(readFileSync(join(root, FILE), 'utf8')).toBe(
    'before\n2026-01-01T00:00:00.000Z 1.50 A-1\n2026-01-01T00:00:00.000Z 1.00 "A 2"\n',
  );
});

test('a log that git tracks stays as it is, and one that is missing is not made', async () => {
  const { root, commit, git } = repository();
  commit({ [FILE]: 'before\n' });
  await record(root);
  expect(git('status', '--porcelain')).toBe('');
  commit({ [FILE]: null });
  await record(root);
  expect(git('status', '--porcelain')).toBe('');
});
