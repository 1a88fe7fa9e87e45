import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { assertWorktreeSettings } from '../../src/index.ts';
import { repositoryFixture } from '../repository.ts';

test('setup makes ready what git does not carry, and nothing of it lands', async () => {
  const { workers, request, git, repository } = await repositoryFixture({
    '.gitignore': 'deps/\n',
    lock: '1\n',
  });
  await writeFile(join(repository.root, '.env'), 'KEY=value\n');
  const room = await workers(
    'cat .env deps/all > work; echo changed >> .env; echo $SAGE_PORT_BASE >> work',
    60_000,
    {
      worktrees: {
        copy: ['.env'],
        setup: 'cp .env seen; mkdir -p deps; cat seen lock > deps/all; echo 2 > lock; sleep 1000 &',
        teardown: 'cat work; echo $SAGE_TICKET_ID; exit 1',
      },
    },
  );
  const [first, second] = await Promise.all([
    room.run(request('A-1')),
    room.run(request('A-2', { worker: 2 })),
  ]);
  expect(first).toMatchObject({ outcome: 'completed', changedFiles: ['work'] });
  const logs = [first, second].map(({ outputFile }) => join(dirname(outputFile), 'teardown.log'));
  const [one = '', two = ''] = logs.map((log) => readFileSync(log, 'utf8'));
  expect(one).toMatch(/^KEY=value\nKEY=value\n1\n20[01]00\nA-1\n$/);
  expect(one.match(/20.00/)).not.toEqual(two.match(/20.00/));
  const check = await room.check({
    run: 'r',
    command: 'cat .env lock; grep -q 300 deps/all',
    commit: git('rev-parse', 'HEAD'),
  });
  expect(check).toMatchObject({ ok: false, output: 'KEY=value\n1' });
});

test('where setup fails the agent does not run, and nothing is checked', async () => {
  const { workers, request, base, repository } = await repositoryFixture();
  const room = await workers('echo x > x; touch ../../agent-ran', 60_000, {
    worktrees: { setup: 'echo no network; exit 7' },
  });
  const reason = 'setup ended with exit code 7: no network';
  expect(await room.run(request('A-1'))).toMatchObject({
    outcome: 'machine-failed',
    reason,
  });
  await expect(room.check({ run: 'r', command: 'true', commit: base })).rejects.toThrow(reason);
  expect(existsSync(join(repository.root, '.sage/agent-ran'))).toBe(false);
});

test('what is to be copied has to be in the checkout', async () => {
  const { root } = (await repositoryFixture()).repository;
  expect(() => assertWorktreeSettings(root, { copy: ['README.md'] })).not.toThrow();
  expect(() => assertWorktreeSettings(root, { copy: ['.env'] })).toThrow(
    'worktrees.copy: ".env" is not there: make it',
  );
  for (const path of ['/etc', '../x', 'a/../../x', '.git/config', '.'])
    expect(() => assertWorktreeSettings(root, { copy: [path] })).toThrow('is not a path below the top');
});

test('what has to run outside of a sandbox runs in the checkout, before and after everything else', async () => {
  const { workers, request, repository } = await repositoryFixture();
  const file = join(repository.root, '.git/told');
  const room = await workers('pwd > work', 60_000, {
    worktrees: {
      setup: 'pwd',
      outsideSandbox: {
        setup: `echo "setup $(pwd) $SAGE_WORKTREE_PATH" >> '${file}'`,
        teardown: `echo "teardown $SAGE_TICKET_ID" >> '${file}'`,
      },
    },
  });
  const result = await room.run(request('A-1'));
  expect(result.outcome).toBe('completed');
  const [setup = '', teardown] = readFileSync(file, 'utf8').split('\n');
  expect(setup).toMatch(new RegExp(`^setup ${repository.root} /.*/agent-1$`));
  expect(teardown).toBe('teardown A-1');
  const broken = await workers('true', 60_000, {
    worktrees: { outsideSandbox: { setup: 'echo no; exit 3' } },
  });
  expect(await broken.run(request('A-2'))).toMatchObject({
    outcome: 'machine-failed',
    reason: 'setup ended with exit code 3: no',
  });
});
