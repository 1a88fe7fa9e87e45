import { expect, test } from 'vitest';
import { repositoryFixture } from '../repository.ts';

test('what a ticket may not change keeps its version, in its own commits as well, and is named', async () => {
  const { workers, request, git } = await repositoryFixture({
    'a/.sagerc': 'own\n',
    '.gitignore': 'built\n',
    'package.json': '{}',
  });
  const agent = `echo evil > a/.sagerc; echo evil > .sagerc; echo x > x; git add --all; git -c user.name=A -c user.email=a@x commit -qm own
    echo evil > sub.sagerc; mkdir b; echo evil > b/.sagerc; echo bin > built; git add --force built`;
  const room = await workers(agent);
  const result = await room.run(request('A-1', { protectedNames: ['.sagerc'] }));
  expect(result.outcome).toBe('completed');
  expect(result.changedFiles).toEqual(['built', 'sub.sagerc', 'x']);
  expect(result.notes).toEqual([
    'it changed the configuration of sage, which does not land: .sagerc, a/.sagerc, b/.sagerc',
    'it added files that git ignores: built',
  ]);
  expect(git('show', `${result.commit}:a/.sagerc`)).toBe('own');
  expect(git('log', '--format=%s', '--name-only', `${result.commit}`)).not.toContain('b/.sagerc');
});

test('a member of a file that a ticket may not change defers it', async () => {
  const { workers, request } = await repositoryFixture({
    'package.json': '{"sage": {"verify": "x"}, "name": "a"}',
  });
  const protectedMember = { name: 'package.json', member: 'sage' };
  const harmless = await workers(`echo '{"sage": {"verify": "x"}, "name": "b"}' > package.json`);
  expect((await harmless.run(request('A-1', { protectedMember }))).outcome).toBe('completed');
  const evil = await workers(`mkdir p; echo '{"sage": {}}' > p/package.json`);
  expect(await evil.run(request('A-2', { protectedMember }))).toMatchObject({
    outcome: 'deferred',
    category: 'tampering',
    reason: expect.stringContaining('settings of sage in p/package.json') as unknown,
  });
});
