import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openCommitQueue } from '@sage/commit-queue';
import { openRepository } from '@sage/git';
import { openWorkers } from '@sage/workers';
import { expect, test } from 'vitest';
import { memoryLog } from '@sage/test-support';
import { repository as makeRepository } from '@sage/test-support/repository';
import { ConflictWatch } from '../../src/conflicts/conflict-watch.ts';
import { targetBranch } from '../../src/start/target-branch.ts';
import type { RunFact } from '@sage/journal';

test('what a working agent has until now is held against each landing, and told once', async () => {
  const { root, git, commit } = makeRepository({ list: 'one\n' });
  const base = git('rev-parse', 'HEAD');
  const [ready, go] = [join(root, '.git/ready'), join(root, '.git/go')];
  execFileSync('mkfifo', [ready, go]);
  const repository = await openRepository(root);
  const command = `echo mine > list; echo > "${ready}"; cat "${go}"`;
  const agent = { name: 'test', command, metered: false };
  const workers = await openWorkers({ repository, agent, timeout: 60_000 });
  const queue = await openCommitQueue({ repository });
  let now = 0;
  const told: RunFact[] = [];
  let tell = Promise.withResolvers<void>();
  const emit = (fact: RunFact) => {
    told.push(fact);
    tell.resolve();
    return Promise.resolve();
  };
  const clock = { now: () => new Date(now), elapsed: () => 0, after: () => () => {} };
  const watch = new ConflictWatch({
    target: targetBranch(repository, 'refs/heads/main'),
    workers,
    queue,
    log: { ...memoryLog(() => new Date(now)), emit },
    clock,
  });

  const ticket = { id: 'MINE', title: 'Mine', type: 'task', component: 'api' };
  const work = workers.run({ run: 'r', worker: 1, attempt: 1, ticket, base, message: 'mine' });
  watch.started('MINE', base);
  await readFile(ready);
  commit({ other: 'x\n' }, 'beside\n\nSage-Ticket: BESIDE');
  watch.targetMoved();
  now = 10_000;
  commit({ list: 'theirs\n' }, 'theirs\n\nSage-Ticket: THEIRS');
  watch.targetMoved();
  await tell.promise;
  tell = Promise.withResolvers<void>();
  expect(told).toEqual([
    { event: 'conflict.predicted', ticket: 'MINE', files: ['list'], tickets: ['THEIRS'] },
  ]);
  commit({ other: 'y\n' }, 'again');
  watch.targetMoved();
  await watch.settled();
  expect(told).toHaveLength(1);
  expect(git('for-each-ref', '--format=%(refname)')).toBe('refs/heads/main');

  await writeFile(go, '');
  expect(await work).toMatchObject({ outcome: 'completed', changedFiles: ['list'] });
  await workers.close();
});
