import { expect, test } from 'vitest';
import { commitAll, userGit } from '@sage/test-support/repository';
import { landAll, MAIN, queueOn, status, tip, workCommit } from '../fixture.ts';

const claims = (...tickets: string[]) => tickets.map((ticket) => ({ ticket, by: 'the index' }));

test('landings that are as they should be have no problem; managed paths may differ', async () => {
  const managedFiles = () => [{ path: 'log', edit: (text: string) => `${text}+` }];
  const { repository, queue, add } = await queueOn({ a: '1\n', log: '' }, { managedFiles });
  const base = tip(repository);
  for (const name of ['x', 'y']) await add(name, { [name]: name }, base);
  await landAll(queue);
  const report = await queue.audit({
    target: MAIN,
    isManaged: (path) => path === 'log',
    claims: claims('x', 'y'),
  });
  expect(report).toMatchObject({ compared: 2, problems: [] });
  expect(report.landings.map(({ ticket }) => ticket)).toEqual(['x', 'y']);
  expect((await queue.audit({ target: MAIN })).problems.map(({ kind }) => kind)).toEqual([
    'wrong-content',
    'wrong-content',
  ]);
});

test('what is missing, twice, or not what was asked for is named', async () => {
  const { repository, queue, add } = await queueOn({ a: '1\n' });
  const base = tip(repository);
  await add('KEPT', { x: '1' }, base);
  await landAll(queue);
  const middle = tip(repository);
  await add('LOST', { y: '1' }, base);
  await landAll(queue);
  userGit(repository.root, 'reset', '--quiet', '--hard', middle);
  const message = userGit(repository.root, 'log', '-1', '--format=%B');
  commitAll(repository.root, { z: '1' }, message);
  const { problems } = await queue.audit({ target: MAIN, claims: claims('KEPT', 'LOST', 'NEVER') });
  expect(problems.map(({ kind, ticket }) => `${kind} ${ticket ?? ''}`)).toEqual([
    'landed-twice KEPT',
    'unreachable LOST',
    'no-landing NEVER',
  ]);
  expect((await queue.audit({ target: 'refs/heads/gone' })).problems).toMatchObject([
    { kind: 'target-gone' },
  ]);
});

test('a conflict is predicted before the work is queued, and nothing changes', async () => {
  const { repository, queue } = await queueOn({ a: '1\n' });
  const base = tip(repository);
  const commit = workCommit(repository, { a: '2\n' }, base);
  expect(await queue.predict({ commit, target: MAIN })).toEqual([]);
  commitAll(repository.root, { a: '3\n' });
  expect(await queue.predict({ commit, target: MAIN })).toEqual(['a']);
  expect(await queue.predict({ commit: 'f'.repeat(40), target: MAIN })).toEqual([]);
  expect(status(repository)).toBe('');
});

test('landings that are gone are found where no landing is left, by the word of entries and of claims', async () => {
  const { repository, queue, add } = await queueOn({ a: '1\n' });
  const first = tip(repository);
  await add('ONE', { x: '1' });
  await add('TWO', { y: '1' }, first);
  const [one, two] = await landAll(queue);
  await queue.cleanup();
  userGit(repository.root, 'reset', '--quiet', '--hard', first);
  const claims = [
    { ticket: 'ONE', by: 'run 1', commit: one?.landed },
    { ticket: 'TWO', by: 'run 1', commit: two?.landed },
    { ticket: 'TWO', by: 'the index' },
    { ticket: 'THREE', by: 'run 2', commit: 'f'.repeat(40) },
  ];
  const { problems, done, landings } = await queue.audit({ target: MAIN, claims });
  expect(landings).toEqual([]);
  expect(problems.map(({ kind, ticket }) => `${kind} ${ticket ?? ''}`)).toEqual([
    'unreachable ONE',
    'unreachable TWO',
    'unreachable THREE',
  ]);
  expect(problems[0]?.message).toContain(`git cherry-pick ${one?.landed}`);
  expect(problems[2]?.message).toContain('run the ticket again');
  expect(done).toContainEqual({ ticket: 'TWO', by: ['run 1', 'the index'] });
});
