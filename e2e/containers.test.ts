import { expect, test } from 'vitest';
import { named, Sandbox, WRITE_OWN_FILE } from './sandbox.ts';

test('where an epic depends on another, its children wait for every child of the other', async () => {
  const sandbox = await Sandbox.create([
    { id: 'A', children: ['A-1', 'A-2'], dependencies: ['B'] },
    { id: 'A-1', parent: 'A', priority: 'P0' },
    { id: 'A-2', parent: 'A', priority: 'P0' },
    { id: 'B', children: ['B-1', 'B-2'] },
    { id: 'B-1', parent: 'B', priority: 'P4' },
    { id: 'B-2', parent: 'B', priority: 'P4' },
  ]);
  const { exitCode } = await sandbox.stream(WRITE_OWN_FILE, '--parallel=4');
  expect(exitCode).toBe(0);
  const landed = sandbox.landings().map(({ ticket }) => ticket);
  expect(landed.slice(0, 2).toSorted()).toEqual(['B-1', 'B-2']);
  expect(landed.slice(2).toSorted()).toEqual(['A-1', 'A-2']);
  expect(Object.values(await sandbox.states())).toEqual(Array.from({ length: 6 }, () => 'COMPLETED'));
});

test('a DEFERRED epic blocks its children; --only the epic runs them', async () => {
  const sandbox = await Sandbox.create([
    { id: 'E', state: 'DEFERRED', children: ['E-1', 'E-2'] },
    { id: 'E-1', parent: 'E' },
    { id: 'E-2', parent: 'E' },
    { id: 'A-1' },
  ]);
  const plan = await sandbox.sage('stream', '--dry-run', '--json');
  expect(JSON.parse(plan.stdout)).toMatchObject({
    batches: [['A-1']],
    blocked: [
      { id: 'E-1', by: ['E'] },
      { id: 'E-2', by: ['E'] },
    ],
  });
  const first = await sandbox.stream(WRITE_OWN_FILE);
  expect(first.exitCode).toBe(1);
  expect(first.events.at(-1)).toMatchObject({ summary: { completed: 1, blocked: 2 } });
  expect(named(first.events, 'ticket.blocked')).toMatchObject([
    { ticket: 'E-1', by: ['E'] },
    { ticket: 'E-2', by: ['E'] },
  ]);
  const second = await sandbox.stream(WRITE_OWN_FILE, '--only', 'E');
  expect(second.exitCode).toBe(0);
  expect(await sandbox.states()).toEqual({
    E: 'COMPLETED',
    'E-1': 'COMPLETED',
    'E-2': 'COMPLETED',
    'A-1': 'COMPLETED',
  });
});

test('what depends on a COMPLETED epic waits for its open children', async () => {
  const sandbox = await Sandbox.create([
    { id: 'E', state: 'COMPLETED', children: ['E-1'] },
    { id: 'E-1', parent: 'E' },
    { id: 'A-1', dependencies: ['E'], priority: 'P0' },
  ]);
  const { exitCode, stderr } = await sandbox.stream(WRITE_OWN_FILE, '--parallel=2');
  expect(exitCode).toBe(0);
  expect(stderr).toContain('1 epic is COMPLETED with open children');
  expect(sandbox.landings().map(({ ticket }) => ticket)).toEqual(['E-1', 'A-1']);
});

test('validate, the plan, the run and its report count the same', async () => {
  const sandbox = await Sandbox.create([
    { id: 'A', children: ['A-1'], dependencies: ['B'] },
    { id: 'A-1', parent: 'A' },
    { id: 'B', children: ['B-1', 'B-2'] },
    { id: 'B-1', parent: 'B' },
    { id: 'B-2', parent: 'B' },
    { id: 'C', state: 'DEFERRED', children: ['C-1'] },
    { id: 'C-1', parent: 'C' },
  ]);
  const { stdout: checked } = await sandbox.sage('validate');
  expect(checked).toContain('3 tickets to do (and 2 containers), 2 could start now');
  expect((await sandbox.sage('stream', '--dry-run')).stdout).toContain(
    '3 tickets in 3 batches, 2 containers, 1 worker',
  );
  const { stdout } = await sandbox.sage('stream', '--auto', '--agent-command', WRITE_OWN_FILE);
  expect(stdout).toContain('3 tickets, 1 blocked, 2 containers, 1 worker, landing on work');
  expect(stdout).toContain('3 of 3');
  expect(stdout).toContain('3 completed, 0 deferred, 1 blocked, 0 unprocessed');
  expect(stdout).toContain('a container: everything in it has landed');
  expect((await sandbox.sage('status')).stdout).toContain('3 completed, 1 blocked');
});
