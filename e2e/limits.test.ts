import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Sandbox, type StreamEvent, WRITE_OWN_FILE } from './sandbox.ts';

const of = (events: readonly StreamEvent[], name: string) => events.filter(({ event }) => event === name);

test('exit 75 counts no attempt and starts nobody for a while', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  const marker = join(sandbox.root, '../limited');
  const { exitCode, events, stderr } = await sandbox.stream(
    `test -f '${marker}' || { touch '${marker}'; exit 75; }; ${WRITE_OWN_FILE}`,
    '--max-attempts=1',
  );
  expect(exitCode).toBe(0);
  expect(of(events, 'ticket.started').map(({ attempt }) => attempt)).toEqual([1, 1]);
  expect(of(events, 'ticket.finished').map(({ outcome }) => outcome)).toEqual(['rate-limited', 'completed']);
  expect(stderr).toContain('no worker starts for 2 s');
});

test('at the limit of its budget a run starts nothing more, and says so', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'API-2' }, { id: 'API-3' }, { id: 'API-4' }]);
  const agent = `${WRITE_OWN_FILE}; echo '{"outcome":"COMPLETED","costUsd":1,"tokens":1000}' > "$SAGE_RESULT_FILE"`;
  const { exitCode, events, stderr } = await sandbox.stream(agent, '--max-cost=2.5');
  expect(exitCode).toBe(1);
  expect(events.at(-1)).toMatchObject({ outcome: 'finished', summary: { completed: 2, unprocessed: 2 } });
  expect(stderr).toContain('the budget of $2.5 is reached: $2.00 used, about $1.00 an attempt');
  expect((await sandbox.stream(agent, '--max-tokens=5000')).exitCode).toBe(0);
  expect(Object.values(await sandbox.states())).toEqual(['COMPLETED', 'COMPLETED', 'COMPLETED', 'COMPLETED']);
});

test('an agent that stops printing is ended at the idle limit', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  const { events } = await sandbox.stream(
    'echo begun; exec sleep 1000',
    '--idle-timeout=300ms',
    '--max-attempts=1',
  );
  expect(of(events, 'ticket.deferred')).toMatchObject([{ category: 'stalled' }]);
});
