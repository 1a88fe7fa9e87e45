import { join } from 'node:path';
import { expect, test } from 'vitest';
import { named, Sandbox, WRITE_OWN_FILE } from './sandbox.ts';

test('a verify that fails on the base commit ends the run before it begins, with nothing changed', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }], { branch: 'main' });
  const before = sandbox.git('for-each-ref');
  const verify = 'echo compiling; echo "3 tests failed"; exit 1';
  const { exitCode, stdout, stderr } = await sandbox.stream(WRITE_OWN_FILE, '--verify', verify);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  const base = sandbox.git('rev-parse', 'HEAD');
  expect(stderr).toContain(`verify fails on the base commit ${base.slice(0, 10)} itself`);
  expect(stderr).toContain('compiling | 3 tests failed');
  expect(stderr).toContain('--no-baseline');
  const log = /full log: (\S+)\)/.exec(stderr)?.[1] ?? '';
  expect(await sandbox.read(log)).toContain('3 tests failed');
  expect(sandbox.git('for-each-ref')).toBe(before);
  expect(sandbox.git('status', '--porcelain')).toBe('');
  expect(await sandbox.states()).toEqual({ 'API-1': 'UNPROCESSED' });
});

test('a command that does not exist is found before the first agent starts', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  const marker = join(sandbox.root, '../started');
  const { exitCode, stderr } = await sandbox.stream(`touch '${marker}'`, '--verify', './no-such-script.sh');
  expect(exitCode).toBe(2);
  expect(stderr).toContain('no-such-script.sh');
  await expect(sandbox.read('../started')).rejects.toThrow('ENOENT');
});

test('--no-baseline starts all the same', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  const verify = 'test -f out/API-1.txt';
  const { exitCode, events } = await sandbox.stream(WRITE_OWN_FILE, '--verify', verify, '--no-baseline');
  expect(exitCode).toBe(0);
  expect(named(events, 'ticket.completed')).toHaveLength(1);
});

test('a tree that has passed is not verified again: the next run starts at once', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  const log = join(sandbox.root, '../verified');
  const verify = `git rev-parse HEAD >> '${log}'`;
  expect((await sandbox.stream(WRITE_OWN_FILE, '--verify', verify)).exitCode).toBe(0);
  const verified = (await sandbox.read('../verified')).trim().split('\n');
  expect(verified).toHaveLength(2);
  expect(verified[1]).toBe(sandbox.git('rev-parse', 'HEAD'));
  await sandbox.writeIndex([{ id: 'API-1', state: 'COMPLETED' }, { id: 'API-2' }]);
  const second = await sandbox.stream('true', '--verify', verify, '--max-attempts=1');
  expect(named(second.events, 'ticket.deferred')).toMatchObject([{ category: 'no_changes' }]);
  expect((await sandbox.read('../verified')).trim().split('\n')).toEqual(verified);
});
