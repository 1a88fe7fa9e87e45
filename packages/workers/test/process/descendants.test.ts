import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { controlGroupsOf, createControlGroup } from '../../src/process/control-group.ts';
import { Descendants } from '../../src/process/descendants.ts';
import { endProcesses } from '../../src/process/end-processes.ts';
import { listProcesses } from '../../src/process/process-table.ts';
import { killedInAttempt } from '../killed-attempt.ts';
import { repositoryFixture } from '../repository.ts';

const probe = await createControlGroup('probe');
await probe?.remove();

/** A shell line that starts a process of another session, without environment and parent, and waits until it runs. */
const daemon = (pidFile: string) =>
  `env -i PATH="$PATH" setsid sh -c 'echo $$ > ${pidFile}; sleep 1000; true' > /dev/null 2>&1 &
  while [ ! -s '${pidFile}' ]; do sleep 0.02; done`;

async function lives(pidFile: string): Promise<boolean> {
  const pid = Number(await readFile(pidFile, 'utf8'));
  return (await listProcesses()).some((entry) => entry.pid === pid);
}

test.skipIf(!probe)(
  'in a control group, who leaves everything behind at once is ended with its agent',
  async () => {
    const { workers, request, repository } = await repositoryFixture();
    const pidFile = join(repository.root, 'pid');
    const room = await workers(`${daemon(pidFile)}; echo x > x`);
    const order = request('API-1');
    expect(await room.run(order)).toMatchObject({ outcome: 'completed' });
    expect(await lives(pidFile)).toBe(false);
    expect(await controlGroupsOf(order.run)).toEqual([]);
  },
);

test.skipIf(!probe)('and is found by the run that comes after a killed one', async () => {
  const { workers, request, repository, cache } = await repositoryFixture();
  const pidFile = join(repository.root, 'pid');
  const order = request('API-1');
  await killedInAttempt(repository, cache, `${daemon(pidFile)}; echo ready; sleep 1000`, order);
  const groups = await controlGroupsOf(order.run);
  expect(groups).toHaveLength(1);
  expect((await groups[0]?.members())?.size).toBeGreaterThan(1);
  await (await workers('true')).recover(order.run, []);
  expect(await lives(pidFile)).toBe(false);
  // Its processes are orphans: the group goes when the first process of the machine has reaped them.
  for (const group of await controlGroupsOf(order.run)) expect([...(await group.members())]).toEqual([]);
});

test('elsewhere, who was seen while its parent lived is known when it has left everything behind', async () => {
  const { repository } = await repositoryFixture();
  const pidFile = join(repository.root, 'pid');
  const leader = spawn('/bin/sh', ['-c', `${daemon(pidFile)}; echo ready; read line`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const descendants = new Descendants(leader.pid ?? 0);
  await once(leader.stdout, 'data');
  await descendants.look();
  descendants.stop();
  leader.stdin.end();
  await once(leader, 'exit');
  expect(await lives(pidFile)).toBe(true);
  await endProcesses({ SAGE_RUN_ID: 'nobody' }, { grace: 5_000, known: descendants.known() });
  expect(await lives(pidFile)).toBe(false);
});
