import { expect, test } from 'vitest';
import { AgentError, findAgent, resolveAgent } from '../src/index.ts';

test('a known agent has a command, and starting several costs tokens', () => {
  expect(resolveAgent({ name: 'claude' })).toMatchObject({ name: 'claude', metered: true });
  expect(resolveAgent({ name: 'mine', custom: { mine: './agent.sh' } })).toEqual({
    name: 'mine',
    command: './agent.sh',
    metered: false,
  });
});

test('a command wins over the name', () => {
  expect(resolveAgent({ name: 'claude', command: 'other' })).toMatchObject({
    name: 'claude',
    command: 'other',
    metered: true,
  });
  expect(resolveAgent({ command: 'other' })).toEqual({ name: 'command', command: 'other', metered: false });
});

test('an unknown agent is an error that names the nearest', () => {
  expect(() => resolveAgent({ name: 'cluade' })).toThrow(/unknown agent "cluade": did you mean claude\?/);
  expect(() => resolveAgent({ name: 'constructor' })).toThrow(AgentError);
  expect(() => resolveAgent({})).toThrow(/--agent NAME or --agent-command/);
});

test('the program of a command is found as the shell finds it', async () => {
  expect(await findAgent({ name: 'x', command: 'FOO=1 sh -c true', metered: false }, '/')).toMatch(/sh$/);
  await expect(
    findAgent({ name: 'x', command: 'no-such-program-here --flag', metered: false }, '/'),
  ).rejects.toThrow(/agent "x" not found: no program "no-such-program-here" on PATH/);
});

test('a command that only the shell can read is left to it', async () => {
  expect(
    await findAgent({ name: 'x', command: '"$TOOL" run; rm -rf /nowhere', metered: false }, '/'),
  ).toBeUndefined();
});
