import { expect, test } from 'vitest';
import { Sandbox, WRITE_OWN_FILE } from './sandbox.ts';

test('sage clean shows what it would remove, removes it when told to, and keeps what has not landed', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'API-2' }], { branch: 'main' });
  const half = `${WRITE_OWN_FILE}; test "$SAGE_TICKET_ID" = API-1`;
  const run = await sandbox.stream(half, '--max-attempts=1');
  expect(run.exitCode).toBe(1);
  const branch = sandbox.git('branch', '--show-current');
  expect(branch).toMatch(/^sage\//);
  sandbox.git('checkout', '--quiet', 'main');
  sandbox.git('merge', '--quiet', branch);

  const shown = await sandbox.sage('clean');
  expect([shown.exitCode, shown.stderr]).toEqual([0, '']);
  expect(shown.stdout.split('\n')).toEqual([
    `remove  branch     ${branch}: other branches have its commits`,
    'keep    ref        refs/sage/deferred/API-2: its work has not landed',
    'nothing is removed yet: sage clean --yes removes 1 thing',
  ]);
  expect(sandbox.git('branch', '--list', 'sage/*')).not.toBe('');

  const json = JSON.parse((await sandbox.sage('clean', '--yes', '--json')).stdout) as unknown;
  expect(json).toMatchObject({
    v: 1,
    removed: [{ kind: 'branch', name: `refs/heads/${branch}` }],
    keep: [{ kind: 'ref', name: 'refs/sage/deferred/API-2' }],
    failures: [],
  });
  expect(sandbox.git('branch', '--list', 'sage/*')).toBe('');
  const { exitCode, stdout } = await sandbox.sage('clean', '--yes');
  expect(exitCode).toBe(0);
  expect(stdout).toContain('nothing to remove');
});
