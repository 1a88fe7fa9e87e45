import { expect, test } from 'vitest';
import { Sandbox, WRITE_OWN_FILE } from './sandbox.ts';

const FIVE = Array.from({ length: 5 }, (_, nth) => ({ id: `API-${nth}` }));

test('an agent that cannot work at all stops the run before it defers the backlog; mended, the run goes on', async () => {
  const sandbox = await Sandbox.create(FIVE);
  const before = sandbox.git('rev-parse', 'HEAD');
  const { exitCode, stderr } = await sandbox.stream(
    'echo "cannot find its own settings" >&2; exit 1',
    '--parallel=2',
    '--max-attempts=1',
  );
  expect(exitCode).toBe(3);
  expect(stderr).toContain('ended the same way: the agent ended with exit code 1 (see .sage/runs/');
  expect(stderr).toContain(`then run sage stream -C ${sandbox.root} --resume (--keep-going`);
  expect(sandbox.git('rev-parse', 'HEAD')).toBe(before);
  expect(new Set(Object.values(await sandbox.states()))).toEqual(new Set(['UNPROCESSED']));
  const again = await sandbox.stream(WRITE_OWN_FILE, '--parallel=2');
  expect(again.exitCode).toBe(0);
  expect(sandbox.landings()).toHaveLength(5);
});

test('--keep-going defers them all', async () => {
  const sandbox = await Sandbox.create(FIVE.slice(0, 4));
  const { exitCode, events } = await sandbox.stream('exit 1', '--keep-going', '--max-attempts=1');
  expect(exitCode).toBe(1);
  expect(events.at(-1)).toMatchObject({ summary: { deferred: 4 } });
});
