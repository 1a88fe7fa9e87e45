import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openRepository } from '@sage/git';
import { commitAll, userGit } from '@sage/test-support/repository';
import { expect, test } from 'vitest';
import { openCommitQueue, type Step } from '../../src/index.ts';
import { landAll, MAIN, status, tip, workCommit } from '../fixture.ts';
import { fill, smallDisk } from '../small-disk.ts';

test.each<[Step, string, RegExp]>([
  ['intent-written', 'CANNOT_WRITE', /^refs\/heads\/main cannot be written: the disk is full: make room/],
  ['target-moved', 'UNFINISHED_LANDING', /Out of diskspace/],
])(
  'a disk that is full from %s on is named, and the entry lands when there is room',
  async (at, code, message) => {
    const root = smallDisk();
    if (root === undefined) return;
    userGit(root, 'init', '--quiet', '--initial-branch=main');
    userGit(root, 'config', 'user.name', 'Una User');
    userGit(root, 'config', 'user.email', 'una@example.org');
    commitAll(root, { a: '1\n' });
    const repository = await openRepository(root);
    const filler = join(root, '.git/filler');
    const queue = await openCommitQueue({
      repository,
      onStep: (step) => {
        if (step === at) fill(root, filler);
      },
    });
    const commit = workCommit(repository, { a: '2\n', big: 'x'.repeat(100_000) });
    await queue.enqueue({ ticket: 'T', target: MAIN, message: 'm', commit, base: tip(repository) });
    await expect(landAll(queue)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as unknown,
    });
    rmSync(filler);
    const next = await openCommitQueue({ repository });
    expect((await landAll(next)).map(({ state }) => state)).toEqual(at === 'target-moved' ? [] : ['landed']);
    expect((await next.list()).map(({ state }) => state)).toEqual(['landed']);
    expect(status(repository)).toBe('');
  },
);
