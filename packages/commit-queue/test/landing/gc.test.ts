import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openCommitQueue } from '../../src/index.ts';
import { userGit } from '@sage/test-support';
import { landAll, MAIN, queueOn, tip, workCommit } from '../fixture.ts';

test("a landing whose objects the user's gc took away is built again", async () => {
  const { repository } = await queueOn({ a: '1\n' });
  const { root, commonDir } = repository;
  const commit = workCommit(repository, { work: 'w\n' });
  let taken = false;
  const onStep = (step: string) => {
    if (step !== 'objects-synced' || taken) return;
    taken = true;
    // As `git gc --prune=now`, which sees no ref to them.
    for (const line of userGit(root, 'fsck', '--unreachable', '--no-reflogs').split('\n')) {
      const oid = /^unreachable \w+ ([0-9a-f]+)$/.exec(line)?.[1] ?? '';
      rmSync(join(commonDir, 'objects', oid.slice(0, 2), oid.slice(2)), { force: true });
    }
  };
  const queue = await openCommitQueue({ repository, onStep });
  await queue.enqueue({ ticket: 'T', target: MAIN, message: 'work', commit, base: tip(repository) });
  expect(await landAll(queue)).toMatchObject([{ state: 'landed' }]);
  expect(taken).toBe(true);
  expect(userGit(root, 'ls-tree', '--name-only', 'main')).toBe('a\nwork');
  expect(userGit(root, 'fsck', '--no-dangling')).toBe('');
});
