import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commitAll, userGit } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { landAll, MAIN, queueOn, status, tip } from '../fixture.ts';
import type { LandingStyle } from '../../src/index.ts';

/** A queue with the work of three commits on `a` and `b`, begun before the target got `c`. */
async function threeCommits(style: LandingStyle, change: (worktree: string) => void = () => {}) {
  const { repository, queue } = await queueOn({ a: '1\n2\n3\n', log: '' }, { style });
  const base = tip(repository);
  const worktree = join(temporaryFolder(), 'w');
  userGit(repository.root, 'worktree', 'add', '--quiet', '-b', 'work', worktree, base);
  userGit(worktree, 'config', 'user.name', 'Walter Worker');
  for (const [message, files] of [
    ['one', { a: '1\n2\n3\n4\n' }],
    ['two\n\nSage-Ticket: OTHER', { b: 'b\n' }],
    ['three', { a: '1\n2\n3\n4\n5\n' }],
  ] as const)
    commitAll(worktree, files, message);
  change(worktree);
  const human = commitAll(repository.root, { c: 'c\n', a: '0\n1\n2\n3\n' }, 'human');
  const commit = userGit(worktree, 'rev-parse', 'HEAD');
  const message = 'feat: T';
  const entry = await queue.enqueue({ ticket: 'T', target: MAIN, message, base, commit });
  return { repository, queue, entry, human, commit, worktree };
}

const FORMAT = '%s|%an|%(trailers:key=Sage-Ticket,valueonly,separator=%x2C)';

test('squash: one commit, with the author of the work', async () => {
  const { repository, queue, human } = await threeCommits('squash');
  expect(await landAll(queue)).toMatchObject([{ state: 'landed' }]);
  const log = userGit(repository.root, 'log', `--format=${FORMAT}`, `${human}..${MAIN}`);
  expect(log).toBe('feat: T|Walter Worker|T');
  expect(userGit(repository.root, 'show', 'main:a')).toBe('0\n1\n2\n3\n4\n5');
});

/** A worktree for work that begins at the tip. */
async function workOn() {
  const { repository, queue } = await queueOn({ a: '1\n' });
  const base = tip(repository);
  const worktree = join(temporaryFolder(), 'w');
  userGit(repository.root, 'worktree', 'add', '--quiet', '--detach', worktree, base);
  return { repository, queue, base, worktree };
}

/** The author and the trailers of a landing of commits by these authors and with these messages. */
async function squashed(
  commits: readonly (readonly [author: string, message: string])[],
  message = 'feat: T',
) {
  const { repository, queue, base, worktree } = await workOn();
  for (const [at, [author, text]] of commits.entries()) {
    userGit(worktree, 'config', 'user.name', author);
    commitAll(worktree, { [`f${at}`]: `${at}\n` }, text);
  }
  const commit = userGit(worktree, 'rev-parse', 'HEAD');
  await queue.enqueue({ ticket: 'T', target: MAIN, message, base, commit });
  expect(await landAll(queue)).toMatchObject([{ state: 'landed' }]);
  const log = userGit(repository.root, 'log', '-1', '--format=%an%n%(trailers)', MAIN);
  const [author, ...trailers] = log.split('\n');
  return { author, trailers: trailers.filter((line) => !line.startsWith('Sage-')) };
}

const [ANN, BEN] = ['Co-authored-by: Ann <una@example.org>', 'Co-authored-by: Ben <ben@example.org>'];

test('squash: the trailers of one commit are those of the landing', async () => {
  const message = `one\n\nFixes: a\n\n${BEN}\nRefs: #12,\n  #13`;
  const { author, trailers } = await squashed([['Ann', message]]);
  expect(author).toBe('Ann');
  expect(trailers).toEqual([BEN, 'Refs: #12, #13']);
});

test('squash: the trailers of several commits come together, each once', async () => {
  const { author, trailers } = await squashed(
    [
      ['Ann', `one\n\n${BEN}\nReviewed-by: Rea <r@example.org>`],
      ['Ann', 'two\n\nnote: this\nis prose'],
      [
        'Ann',
        `three\n\nfixes the other\n${BEN.toLowerCase()}\n${ANN}\nSage-Ticket: OTHER\nskip-checks: true`,
      ],
      ['Ann', 'four: five'],
    ],
    'feat: T\n\nReviewed-by: Rea <r@example.org>',
  );
  expect(author).toBe('Ann');
  expect(trailers).toEqual(['Reviewed-by: Rea <r@example.org>', BEN]);
});

test('squash: of several authors the last one is that of the landing, and the others are named', async () => {
  const { author, trailers } = await squashed([
    ['Zoë', 'one'],
    ['Ann', 'two'],
    ['Zoë', 'three'],
    ['Cy', 'four'],
  ]);
  expect(author).toBe('Cy');
  expect(trailers).toEqual(['Co-authored-by: Zoë <una@example.org>', ANN]);
});

test('squash: who wrote what the work has merged in is not named', async () => {
  const { repository, queue, worktree, base } = await workOn();
  commitAll(repository.root, { h: 'h' }, `human\n\n${BEN}`);
  commitAll(worktree, { b: 'b' }, 'mine');
  userGit(worktree, 'merge', '--quiet', '--no-edit', 'main');
  const commit = userGit(worktree, 'rev-parse', 'HEAD');
  await queue.enqueue({ ticket: 'T', target: MAIN, message: 'feat: T', base, commit });
  expect(await landAll(queue)).toMatchObject([{ state: 'landed' }]);
  expect(userGit(repository.root, 'log', '-1', '--format=%b', MAIN)).not.toContain('Ben');
});

test('rebase: each commit is rebuilt on the target, the last one carries the entry', async () => {
  const { repository, queue, human, entry } = await threeCommits('rebase');
  const [landed] = await landAll(queue);
  expect(landed).toMatchObject({ state: 'landed', landed: tip(repository) });
  const log = userGit(repository.root, 'log', '--reverse', `--format=${FORMAT}`, `${human}..${MAIN}`);
  // What looked like another ticket's trailer is gone.
  expect(log.split('\n')).toEqual(['one|Walter Worker|T', 'two|Walter Worker|T', 'three|Walter Worker|T']);
  expect(userGit(repository.root, 'log', '--merges', '--format=%H')).toBe('');
  expect(userGit(repository.root, 'show', 'main:a')).toBe('0\n1\n2\n3\n4\n5');
  expect(userGit(repository.root, 'show', 'main~2:a')).toBe('0\n1\n2\n3\n4');
  const carried = userGit(repository.root, 'log', `--grep=Sage-Entry: ${entry.id}`, '--format=%s', MAIN);
  expect(carried).toBe('three');
  expect(status(repository)).toBe('');
  expect((await queue.audit({ target: MAIN })).problems).toEqual([]);
});

test('rebase: a history with merges is rejected, a conflict in the middle is one', async () => {
  const merging = await threeCommits('rebase', (worktree) => {
    userGit(worktree, 'checkout', '--quiet', '-b', 'side', 'HEAD~1');
    commitAll(worktree, { side: 's' }, 'side');
    userGit(worktree, 'merge', '--quiet', '--no-edit', 'work');
  });
  const [rejected] = await landAll(merging.queue);
  expect(rejected).toMatchObject({ state: 'rejected' });
  expect(rejected?.reason).toContain('merges');
  const conflicting = await threeCommits('rebase', (worktree) => {
    commitAll(worktree, { c: 'other\n' }, 'four');
    commitAll(worktree, { c: 'other\n', d: 'd' }, 'five');
  });
  const [conflicted] = await landAll(conflicting.queue);
  expect(conflicted).toMatchObject({ state: 'conflicted', conflict: { files: ['c'] } });
  expect(tip(conflicting.repository)).toBe(conflicting.human);
});

test('merge: the work keeps its commits, behind a merge commit that carries the entry', async () => {
  const { repository, queue, human, commit } = await threeCommits('merge', (worktree) => {
    userGit(worktree, 'rebase', '--quiet', '--exec', 'git commit --quiet --amend -m plain', 'HEAD~3');
  });
  expect(await landAll(queue)).toMatchObject([{ state: 'landed', landed: tip(repository) }]);
  expect(userGit(repository.root, 'log', '-1', '--format=%P', MAIN)).toBe(`${human} ${commit}`);
  expect(userGit(repository.root, 'log', '--first-parent', `--format=${FORMAT}`, `${human}..${MAIN}`)).toBe(
    'feat: T|Walter Worker|T',
  );
  expect(status(repository)).toBe('');
  expect((await queue.audit({ target: MAIN })).problems).toEqual([]);
});

test('merge: commits that speak for another ticket do not become part of the target', async () => {
  const { repository, queue, human } = await threeCommits('merge');
  const [entry] = await landAll(queue);
  expect(entry).toMatchObject({ state: 'rejected' });
  expect(entry?.reason).toContain('Sage-Ticket');
  expect(tip(repository)).toBe(human);
});

test('work that comes back after a revert lands again', async () => {
  const { repository, queue, add } = await queueOn({ a: '1\n' });
  const base = tip(repository);
  await add('T', { a: '2\n' }, base);
  await landAll(queue);
  userGit(repository.root, 'revert', '--no-edit', 'HEAD');
  const again = await add('T-again', { a: '2\n' }, base);
  expect(await landAll(queue)).toMatchObject([{ id: again.id, state: 'landed' }]);
  expect(userGit(repository.root, 'show', 'main:a')).toBe('2');
});
