import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { type Agent, resolveAgent } from '../../src/index.ts';
import { isAllowed } from '../../src/agents/permission.ts';
import { listProcesses } from '../../src/process/process-table.ts';
import { repositoryFixture } from '../repository.ts';

const FAKE = join(import.meta.dirname, '../fake-acp-agent.ts');

async function acp(act: string, more: Partial<Agent> = {}) {
  const fixture = await repositoryFixture();
  const agent = { ...resolveAgent({ name: `acp:'${process.execPath}' '${FAKE}' ${act}` }), ...more };
  return { ...fixture, room: await fixture.workers('', 60_000, { agent }) };
}

test('an agent that speaks the protocol gets the prompt, and its session, text and tokens are read', async () => {
  const { room, request } = await acp('stays');
  const order = request('A-1');
  const result = await room.run(order);
  expect(result).toMatchObject({
    outcome: 'completed',
    summary: 'I am done in session-1',
    session: 'session-1',
    tokens: 111,
    inputTokens: 100,
    outputTokens: 11,
    cachedTokens: 30,
    changedFiles: ['prompt.txt'],
    exitCode: 0,
  });
  expect(readFileSync(join(dirname(result.outputFile), 'prompt.md'), 'utf8')).toContain('# Ticket A-1');
  const left = (await listProcesses()).filter(({ environment }) => environment.includes(order.run));
  expect(left).toEqual([]);
});

test('what it asks for is answered by the policy: edits of the worktree by default', async () => {
  const { room, request } = await acp('asks');
  expect(await room.run(request('A-1'))).toMatchObject({
    outcome: 'completed',
    summary: 'edit: false execute: false',
    changedFiles: ['prompt.txt', 'work.txt'],
  });
});

test.each([
  ['edits', { read: true, inside: true, outside: false, execute: false }],
  ['all', { read: true, inside: true, outside: true, execute: true }],
  ['none', { read: true, inside: false, outside: false, execute: false }],
] as const)('the policy %s', (policy, expected) => {
  const ask = (kind: string, ...paths: string[]) => isAllowed(policy, { title: 't', kind, paths }, '/w');
  const inside = ask('edit', '/w/a', 'b/..c', '/w');
  const outside = [['/etc/x'], ['../x'], ['a', '/wx']].map((paths) => ask('edit', ...paths));
  expect(new Set(outside).size).toBe(1);
  expect({ read: ask('read', '/etc/x'), inside, outside: outside[0], execute: ask('execute') }).toEqual(
    expected,
  );
});

test('what it asks for is answered by the person, if there is one', async () => {
  const { room, request } = await acp('asks', { permissions: 'none' });
  const asked: string[] = [];
  const onPermission = ({ title }: { title: string }) => Promise.resolve(asked.push(title) > 0);
  expect(await room.run(request('A-1'), { onPermission })).toMatchObject({
    changedFiles: ['prompt.txt', 'work.txt'],
  });
  expect(asked).toHaveLength(3);
});

test.each([
  ['cancelled', 'hang', true],
  ['ended with the agent, where it does not listen', 'deaf', false],
])('a turn that is stopped is %s, and what was done is kept', async (_, act, listens) => {
  const { room, request, repository } = await acp(act);
  const order = request('A-1');
  const [stop, now] = [new AbortController(), new AbortController()];
  const running = room.run(order, { signal: stop.signal, killSignal: now.signal });
  const output = join(repository.root, '.sage/runs', order.run, 'A-1/1/output.log');
  while (!existsSync(output) || !readFileSync(output, 'utf8').includes('thinking'))
    await new Promise(setImmediate);
  stop.abort();
  if (!listens) now.abort();
  expect(await running).toMatchObject({ outcome: 'interrupted', changedFiles: ['prompt.txt'] });
  expect(readFileSync(output, 'utf8').includes(' cancelled')).toBe(listens);
});

test.each([
  ['limit', { outcome: 'rate-limited' }],
  ['crash', { outcome: 'failed', category: 'agent_failed' }],
  ['noise', { outcome: 'completed' }],
])('an agent with %s', async (act, expected) => {
  const { room, request } = await acp(act);
  expect(await room.run(request('A-1'))).toMatchObject(expected);
});

test('a session is gone on with where the agent can, and what it said before is not of this turn', async () => {
  const { room, request } = await acp('ok');
  const again = { session: { id: 'session-0' }, previous: { kind: 'failure', reason: 'no tests' } } as const;
  const result = await room.run({ ...request('A-1'), ...again });
  expect(result).toMatchObject({
    outcome: 'completed',
    session: 'session-0',
    summary: 'I am done in session-0',
  });
  const without = await acp('no-sessions');
  const fresh = await without.room.run({ ...without.request('A-1'), ...again });
  expect(fresh).toMatchObject({ outcome: 'completed', session: 'session-1' });
});
