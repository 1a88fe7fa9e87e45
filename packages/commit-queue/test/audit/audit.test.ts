import { expect, test } from 'vitest';
import { commitAll, landAll, MAIN, queueOn, sh, status, tip, workCommit } from '../fixture.ts';

test('landings that are as they should be have no problem; managed paths may differ', async () => {
  const managedFiles = () => [{ path: 'log', edit: (text: string) => `${text}+` }];
  const { repository, queue, add } = await queueOn({ a: '1\n', log: '' }, { managedFiles });
  const base = tip(repository);
  for (const name of ['x', 'y']) await add(name, { [name]: name }, base);
  await landAll(queue);
  const report = await queue.audit({ target: MAIN, managedPaths: ['log'], completed: ['x', 'y'] });
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
  sh(repository.root, 'reset', '--quiet', '--hard', middle);
  const message = sh(repository.root, 'log', '-1', '--format=%B');
  commitAll(repository.root, { z: '1' }, message);
  const { problems } = await queue.audit({ target: MAIN, completed: ['KEPT', 'LOST', 'NEVER'] });
  expect(problems.map(({ kind, ticket }) => `${kind} ${ticket ?? ''}`)).toEqual([
    'landed-twice KEPT',
    'unreachable LOST',
    'no-landing LOST',
    'no-landing NEVER',
  ]);
  expect((await queue.audit({ target: 'refs/heads/gone' })).problems).toMatchObject([
    { kind: 'target-gone' },
  ]);
});

test('a conflict is told before the work is queued, and nothing changes', async () => {
  const { repository, queue } = await queueOn({ a: '1\n' });
  const base = tip(repository);
  const commit = workCommit(repository, { a: '2\n' }, base);
  expect(await queue.predict({ commit, target: MAIN })).toEqual([]);
  commitAll(repository.root, { a: '3\n' });
  expect(await queue.predict({ commit, target: MAIN })).toEqual(['a']);
  expect(await queue.predict({ commit: 'f'.repeat(40), target: MAIN })).toEqual([]);
  expect(status(repository)).toBe('');
});
