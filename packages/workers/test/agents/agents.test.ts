import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, test } from 'vitest';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AgentError, detectAgent, findAgent, KNOWN_AGENTS, resolveAgent } from '../../src/index.ts';

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

test.each([
  ['claude -p --model x', 'ANTHROPIC_*'],
  ['DEBUG=1 /opt/bin/codex exec -', 'OPENAI_*'],
  ['DEBUG=1 exec claude -p', 'ANTHROPIC_*'],
  ['env A=b nice -n 10 timeout 30m codex exec -', 'OPENAI_*'],
  ['npx -y @anthropic-ai/claude-code@latest -p', 'ANTHROPIC_*'],
  ['npx opencode-ai run', 'OPENROUTER_*'],
  ['acp:gemini --acp', 'GEMINI_*'],
  ['acp:npx -y @zed-industries/claude-code-acp', 'ANTHROPIC_*'],
])('the program of a line has the variables that it has by its name: %s', (command, variable) => {
  const agent = resolveAgent({ command });
  expect(agent).toMatchObject({
    name: 'command',
    environment: expect.arrayContaining([variable]) as unknown,
  });
  expect(agent.signIn).toBeDefined();
  expect(agent.resume).toBeUndefined();
});

test('an agent of the configuration has the variables of its program beside its own', () => {
  const custom = {
    mine: { command: 'claude -p --model x', environment: ['AWS_REGION'] },
    other: 'codex exec -',
  };
  expect(resolveAgent({ name: 'mine', custom }).environment).toEqual(
    expect.arrayContaining(['ANTHROPIC_*', 'AWS_REGION']),
  );
  expect(resolveAgent({ name: 'other', custom }).environment).toContain('OPENAI_*');
});

test('a line that only mentions a known agent has none of its variables', () => {
  expect(resolveAgent({ command: 'my-agent --like claude' }).environment).toBeUndefined();
  expect(resolveAgent({ command: 'claudette' }).environment).toBeUndefined();
});

test('a model is chosen as each agent takes it, quoted for the shell', () => {
  const model = "it's";
  expect(resolveAgent({ name: 'claude', model }).command).toMatch(/ --model 'it'\\''s'$/);
  expect(resolveAgent({ name: 'codex', model: 'm' }).command).toMatch(/ --model 'm' -$/);
  for (const name of ['gemini', 'opencode'])
    expect(resolveAgent({ name, model: 'm' }).command).toMatch(/ --model 'm'$/);
  const custom = { mine: { command: 'run', model: '-m {model}' } };
  expect(resolveAgent({ name: 'mine', custom, model: 'a$&b' }).command).toBe("run -m 'a$&b'");
  expect(() => resolveAgent({ name: 'mine', custom: { mine: 'run' }, model: 'm' })).toThrow(
    'agent "mine" cannot choose a model: name the model in the agent',
  );
});

test('where no agent is chosen, the known ones are named', () => {
  expect(() => resolveAgent({})).toThrow(
    'no agent is chosen: add --agent NAME (claude, codex, gemini, opencode or your own), or --agent-command CMD',
  );
});

test('an unknown agent is an error that names the nearest', () => {
  expect(() => resolveAgent({ name: 'cluade' })).toThrow(/unknown agent "cluade": did you mean claude\?/);
  expect(() => resolveAgent({ name: 'constructor' })).toThrow(AgentError);
});

test('the program of a command is found as the shell finds it', async () => {
  expect(await findAgent({ name: 'x', command: 'FOO=1 sh -c true', metered: false }, '/')).toMatch(/sh$/);
  await expect(
    findAgent({ name: 'x', command: 'no-such-program-here --flag', metered: false }, '/'),
  ).rejects.toThrow(/agent "x" not found: no program "no-such-program-here" on PATH/);
  await expect(findAgent({ name: 'x', command: './no-such', metered: false }, '/')).rejects.toThrow(
    /no program "\.\/no-such"; install it/,
  );
});

test('a command that only the shell can read is left to it', async () => {
  expect(
    await findAgent({ name: 'x', command: '"$TOOL" run; rm -rf /nowhere', metered: false }, '/'),
  ).toBeUndefined();
});

test('a custom agent may be described: events, sessions, variables, permissions', () => {
  const agent = resolveAgent({
    name: 'mine',
    permissions: 'none',
    custom: {
      mine: { command: 'my-agent', events: 'codex', resume: 'my-agent -s {session}', environment: ['MY_*'] },
    },
  });
  expect(agent).toMatchObject({
    name: 'mine',
    command: 'my-agent',
    environment: ['MY_*'],
    permissions: 'none',
  });
  expect(agent.resume?.('my-agent', 's-1')).toBe('my-agent -s s-1');
  expect(
    agent.readEvent?.({ text: '', denied: [] }, { type: 'turn.completed', usage: { input_tokens: 5 } }),
  ).toMatchObject({ tokens: 5 });
  expect(() => resolveAgent({ name: 'mine', custom: { mine: { command: 'x', events: 'codxe' } } })).toThrow(
    /did you mean codex/,
  );
});

test('what stands after acp: is an agent that speaks the protocol, wherever a command may stand', () => {
  for (const choice of [
    { name: 'acp:my-agent --acp' },
    { command: 'acp: my-agent --acp' },
    { name: 'mine', custom: { mine: 'acp:my-agent --acp' } },
  ])
    expect(resolveAgent(choice)).toMatchObject({ command: 'my-agent --acp', protocol: 'acp' });
  expect(() => resolveAgent({ name: 'acp:' })).toThrow('acp: names no command');
});

test('each known agent resumes a session by its own flags', () => {
  const lines = KNOWN_AGENTS.map(({ resume, command }) => resume?.(command, 's-1'));
  expect(lines).toEqual([
    'claude -p --output-format stream-json --verbose --permission-mode acceptEdits --resume s-1',
    'codex exec --json --skip-git-repo-check --sandbox workspace-write resume s-1 -',
    'gemini --output-format stream-json --approval-mode auto_edit --resume s-1',
    'opencode run --format json --session s-1',
  ]);
});

test('an agent is detected: found or how to get it, its version, signed in or how to', async () => {
  const [home, root] = [temporaryFolder(), temporaryFolder()];
  const program = join(home, 'claude');
  await writeFile(program, '#!/bin/sh\necho "2.1.330 (Claude Code)"\n');
  await chmod(program, 0o755);
  const agent = resolveAgent({ name: 'claude', command: `${program} -p` });
  const found = { found: true, program, version: '2.1.330' };
  expect(await detectAgent(agent, root, { HOME: home })).toEqual({
    ...found,
    signedIn: false,
    fix: 'run claude once and log in, or set ANTHROPIC_API_KEY',
  });
  expect(await detectAgent(agent, root, { HOME: home, ANTHROPIC_API_KEY: 'k' })).toEqual({
    ...found,
    signedIn: true,
  });
  await mkdir(join(home, 'c'));
  await writeFile(join(home, 'c/.credentials.json'), '{}');
  const elsewhere = { HOME: '/nowhere', CLAUDE_CONFIG_DIR: join(home, 'c') };
  expect(await detectAgent(agent, root, elsewhere)).toEqual({ ...found, signedIn: true });
  const missing = resolveAgent({ name: 'claude', command: 'no-such-claude' });
  expect(await detectAgent(missing, root)).toEqual({
    found: false,
    fix: 'install it (npm install --global @anthropic-ai/claude-code)',
  });
  expect(await detectAgent({ name: 'x', command: `${program} x`, metered: false }, root)).toEqual({
    found: true,
    program,
  });
  // What only looks at a repository runs nothing of it.
  expect(await detectAgent(agent, home, { HOME: home, ANTHROPIC_API_KEY: 'k' })).toEqual({
    found: true,
    program,
    signedIn: true,
  });
});

test('turns are limited where the agent can; where it cannot, that is said', () => {
  expect(resolveAgent({ name: 'claude', maxTurns: 30 }).command).toMatch(/ --max-turns 30$/);
  expect(() => resolveAgent({ name: 'codex', maxTurns: 30 })).toThrow('agent "codex" has no limit of turns');
});
