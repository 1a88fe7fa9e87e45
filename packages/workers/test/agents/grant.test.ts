import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { put } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, test } from 'vitest';
import { type Grant, type Granted, simpleCommands } from '../../src/agents/grant.ts';
import { allowsCommand, isAllowed } from '../../src/agents/permission.ts';
import { resolveAgent } from '../../src/index.ts';

const NOTHING: Grant = { policy: undefined, commands: [], rules: [], trusted: false };

function granted(name: string, grant: Partial<Grant>) {
  const agent = resolveAgent({ name });
  const { command, variables }: Granted = agent.grant?.(agent.command, { ...NOTHING, ...grant }) ?? agent;
  return { added: command.replace(agent.command, ''), command, variables };
}

test.each(['claude', 'codex', 'gemini', 'opencode'])(
  '%s is as its command says where nothing is granted',
  (name) => {
    expect(granted(name, {})).toMatchObject({ added: '', variables: undefined });
  },
);

test.each([
  [
    'claude',
    '--permission-mode acceptEdits',
    '--permission-mode bypassPermissions',
    '--permission-mode default',
  ],
  ['codex', '--sandbox workspace-write', '--sandbox danger-full-access', '--sandbox read-only'],
  ['gemini', '--approval-mode auto_edit', '--approval-mode yolo', '--approval-mode default'],
])('%s knows the policies', (name, edits, all, none) => {
  expect(granted(name, { policy: 'edits' }).command).toContain(edits);
  expect(granted(name, { policy: 'all' }).command).toContain(all);
  expect(granted(name, { policy: 'none' }).command).toContain(none);
});

test('commands are granted in the words of each agent', () => {
  const commands = ['npm ci && npm test', 'npm run *', "it's"];
  expect(granted('claude', { commands }).added).toBe(
    String.raw` --allowedTools 'Bash(npm ci)' 'Bash(npm test)' 'Bash(npm run:*)' 'Bash(it'\''s)'`,
  );
  expect(granted('gemini', { commands: commands.slice(0, 2) }).added).toBe(
    " --allowed-tools 'run_shell_command(npm ci),run_shell_command(npm test),run_shell_command(npm run)'",
  );
  const variables = granted('opencode', { commands, policy: 'edits' }).variables ?? {};
  expect(JSON.parse(variables['OPENCODE_PERMISSION'] ?? '')).toEqual({
    edit: 'allow',
    bash: { '*': 'ask', 'npm ci && npm test': 'allow', 'npm run *': 'allow', "it's": 'allow' },
  });
  expect(granted('codex', { commands }).added).toBe('');
});

test('no command ends a rule and begins another one', () => {
  const commands = ['echo) Bash(rm -rf ~', 'a\nb', '$(evil)'];
  expect(granted('claude', { commands }).added).toBe('');
  expect(granted('gemini', { commands: [...commands, 'a,run_shell_command'] }).added).toBe('');
});

test('lines that need a shell stay whole', () => {
  expect(simpleCommands(['a && b || c; d | e', 'echo "x && y"', 'a && b'])).toEqual([
    'a',
    'b',
    'c',
    'd',
    'e',
    'echo "x && y"',
  ]);
});

test('an allowed command that may go on goes on as one command only', () => {
  const commands = ['npm test', 'npm run *'];
  const allowed = ['npm test', ' npm test ', 'npm run build -- --x', 'npm run'];
  const refused = [
    'npm test -- x',
    'npm runaway',
    'npm run x; rm -rf ~',
    'npm run $(evil)',
    'npm run x > ~/.bashrc',
  ];
  expect([...allowed, ...refused].filter((one) => allowsCommand(commands, one))).toEqual(allowed);
  const request = { title: 't', kind: 'execute', paths: [], command: 'npm test' };
  expect(isAllowed('none', request, '/w', commands)).toBe(true);
  expect(isAllowed('edits', { ...request, command: 'make' }, '/w', commands)).toBe(false);
});

test("a trusted checkout's own rules are granted, and those of no other one", async () => {
  const [root, home] = [temporaryFolder(), temporaryFolder()];
  const claude = resolveAgent({ name: 'claude' });
  mkdirSync(join(root, '.claude'));
  put(root, {
    '.claude/settings.json': '{"permissions": {"allow": ["Bash(make:*)", 7]}}',
    '.claude/settings.local.json': '{"permissions": {"allow": ["WebSearch"]}}',
  });
  const variables = { HOME: home };
  expect(await claude.ownSettings?.(root, variables)).toEqual({ rules: [], trusted: false });
  const projects = { [root]: { hasTrustDialogAccepted: true } };
  put(home, { '.claude.json': JSON.stringify({ projects }) });
  const own = await claude.ownSettings?.(root, variables);
  expect(own).toEqual({ rules: ['Bash(make:*)', 'WebSearch'], trusted: true });
  expect(granted('claude', { ...own, commands: ['make'] }).added).toBe(
    " --allowedTools 'Bash(make:*)' 'WebSearch' 'Bash(make)'",
  );
});

test('a worktree is as trusted in gemini as the checkout is', async () => {
  const [root, home] = [temporaryFolder(), temporaryFolder()];
  const gemini = resolveAgent({ name: 'gemini' });
  const trusted = async (folder: string, trust: string) => {
    put(home, { '.gemini/trustedFolders.json': JSON.stringify({ [folder]: trust }) });
    return (await gemini.ownSettings?.(root, { HOME: home }))?.trusted;
  };
  expect(await trusted(root, 'TRUST_FOLDER')).toBe(true);
  expect(await trusted(join(root, '..'), 'TRUST_FOLDER')).toBe(true);
  expect(await trusted(join(root, '../sibling'), 'TRUST_PARENT')).toBe(true);
  expect(await trusted(root, 'DO_NOT_TRUST')).toBe(false);
  expect(await trusted(`${root}-other`, 'TRUST_FOLDER')).toBe(false);
  expect(granted('gemini', { trusted: true }).variables).toEqual({ GEMINI_CLI_TRUST_WORKSPACE: 'true' });
});
