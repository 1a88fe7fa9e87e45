import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openCommitQueue } from '@sage/commit-queue';
import { openRepository } from '@sage/git';
import { backlog } from '@sage/test-support';
import { repository } from '@sage/test-support/repository';
import { SAGE_INDEX } from '@sage/tickets';
import { expect, test } from 'vitest';
import { readBacklog } from '../../src/backlog/backlog.ts';
import { SageSource } from '../../src/backlog/sage-source.ts';
import { finishLandings } from '../../src/start/finish-landings.ts';

const MAIN = 'refs/heads/main';

test('an index that a cut-off landing has taken from the checkout is back before it is read', async () => {
  const { root, git, commit } = repository({ [SAGE_INDEX]: backlog([{ id: 'A-1' }]) });
  const base = git('rev-parse', 'HEAD');
  const work = commit({ [SAGE_INDEX]: backlog([{ id: 'A-1', state: 'COMPLETED' }]), 'a.txt': 'a' });
  git('reset', '--quiet', '--hard', base);
  const opened = await openRepository(root);
  const queue = await openCommitQueue({
    repository: opened,
    onStep(step) {
      if (step === 'target-moved') throw new Error('killed here');
    },
  });
  await queue.enqueue({ ticket: 'A-1', target: MAIN, message: 'feat: a', base, commit: work });
  const landing = async () => {
    for await (const _ of queue.process());
  };
  await expect(landing()).rejects.toThrow('killed here');
  // What git does to a file that it is about to write.
  rmSync(join(root, SAGE_INDEX));
  const source = new SageSource(opened, MAIN);
  await expect(readBacklog(source)).rejects.toThrow('no ticket index');
  expect((await finishLandings(opened)).map(({ state }) => state)).toEqual(['landed']);
  expect((await readBacklog(source)).tickets.get('A-1')?.state).toBe('COMPLETED');
  expect(existsSync(join(root, 'a.txt'))).toBe(true);
});

test('a repository without a queue gets none', async () => {
  const { root } = repository();
  expect(await finishLandings(await openRepository(root))).toEqual([]);
  expect(existsSync(join(root, '.sage'))).toBe(false);
});
