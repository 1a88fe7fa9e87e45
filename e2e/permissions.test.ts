import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Sandbox } from './sandbox.ts';

const DENIAL = { tool_name: 'Bash', tool_input: { command: 'npm publish' } };
const RESULT = { type: 'result', subtype: 'success', result: 'done', permission_denials: [DENIAL] };
const CLAUDE = `#!/bin/sh
test "$1" = --version && { echo 2.1.330; exit; }
printf '%s\\n' "$@" > arguments
echo '${JSON.stringify(RESULT)}'
`;

test('an agent may run what judges its work, and what it may not is told although it lands', async () => {
  const sandbox = await Sandbox.create([
    { id: 'API-1', validation_config: { verification_scripts: [{ name: 'lint', command: 'true lint' }] } },
  ]);
  await sandbox.write('../bin/claude', CLAUDE);
  await chmod(join(sandbox.root, '../bin/claude'), 0o755);
  const environment = {
    PATH: `${join(sandbox.root, '../bin')}:${process.env['PATH'] ?? ''}`,
    ANTHROPIC_API_KEY: 'dummy',
  };
  const args = ['stream', '--auto', '--agent=claude', '--model=opus', '--verify=true && true tests'];
  const { exitCode, stdout, stderr } = await sandbox.start(args, environment);
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout).toContain('landed, but was denied: Bash: npm publish');
  const given = (await sandbox.read('arguments')).trimEnd().split('\n');
  expect(given.slice(given.indexOf('--permission-mode'))).toEqual([
    '--permission-mode',
    'acceptEdits',
    '--model',
    'opus',
    '--allowedTools',
    'Bash(true)',
    'Bash(true tests)',
    'Bash(true lint)',
  ]);
});

test('a key that an unknown agent did not see is named where it fails', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  const args = ['stream', '--auto', '--json', '--max-attempts=1', '--agent-command=exit 1'];
  const { stdout } = await sandbox.start(args, { MY_API_KEY: 'dummy' });
  expect(stdout).toContain('exit code 1; MY_API_KEY is withheld from the agent');
  expect(stdout).not.toContain('dummy');
});
