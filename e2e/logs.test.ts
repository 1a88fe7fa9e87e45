import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { afterText, Sandbox, WRITE_OWN_FILE } from './sandbox.ts';

/** Prints what Claude Code would print for a tool and a last word, with the worktree in the path. */
const CLAUDE = [
  `printf '{"type":"assistant","session_id":"s","message":{"content":[{"type":"tool_use","name":"Edit","input":{"file_path":"%s/src/a.ts"}}]}}\\n' "$PWD"`,
  `echo '{"type":"assistant","session_id":"s","message":{"content":[{"type":"text","text":"I changed \\u001b[31mthe title."}]}}'`,
].join('; ');

test('says what an agent said and changed, what setup and verify printed, and hides its control characters', async () => {
  const config = JSON.stringify({ worktrees: { setup: 'echo installed' }, verify: 'echo all tests pass' });
  const sandbox = await Sandbox.create([{ id: 'API-1' }], { files: { '.sagerc.json': config } });
  await sandbox.stream(`${CLAUDE}; printf '\\033]0;title\\007plain \\033[2Jline\\n'; ${WRITE_OWN_FILE}`);
  const { exitCode, stdout } = await sandbox.sage('logs', 'API-1');
  expect(exitCode).toBe(0);
  expect(stdout.split('\n').slice(0, -1)).toEqual([
    '== setup ==',
    'installed',
    '',
    '== agent ==',
    '  changed   src/a.ts',
    'I changed the title.',
    'plain line',
    '',
    '== verify ==',
    'all tests pass',
    '',
    '== landing ==',
  ]);
  expect(stdout).toMatch(/^landed as [0-9a-f]{40}$/m);
  const raw = await sandbox.sage('logs', 'API-1', '--raw');
  expect(raw.stdout).toContain('\u001B]0;title\u0007plain');
  const json = (await sandbox.sage('logs', 'API-1', '--json')).stdout.split('\n');
  expect(json.map((line) => JSON.parse(line) as unknown)).toContainEqual(
    expect.objectContaining({
      v: 1,
      ticket: 'API-1',
      attempt: 1,
      part: 'agent',
      kind: 'changed',
      text: 'src/a.ts',
    }),
  );
});

test('without a ticket it lists what the newest run has; of each attempt its own', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  expect(await sandbox.sage('logs')).toMatchObject({
    exitCode: 0,
    stdout: 'no run yet: sage stream starts one',
  });
  await sandbox.stream('echo "try $SAGE_ATTEMPT"; exit 1', '--max-attempts=2');
  const { stdout } = await sandbox.sage('logs');
  expect(stdout.split('\n').slice(1)).toEqual([
    expect.stringMatching(/^ {2}API-1 +failed +sage logs -C \S+ API-1 --attempt 1$/),
    expect.stringMatching(/^ {2}API-1 +failed +sage logs -C \S+ API-1$/),
  ]);
  expect((await sandbox.sage('logs', 'API-1', '--attempt', '1')).stdout).not.toBe(
    (await sandbox.sage('logs', 'API-1')).stdout,
  );
});

test('a wrong id, and a wrong attempt, name what there is', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'API-2', dependencies: ['API-1'] }]);
  await sandbox.stream('exit 1', '--max-attempts=1');
  const failures: readonly [string[], RegExp][] = [
    [['API-7'], /did you mean "API-1"\?$/],
    [['API-2'], /^ERROR: API-2 has not been started in run \S+: sage status says what runs$/],
    [['API-1', '--attempt', '3'], /API-1 has no attempt 3 in run \S+: it has 1$/],
    [['API-1', '--attempt', 'x'], /--attempt x is not an attempt number/],
    [['-f'], /name it/],
    [['API-1', '--raw', '--json'], /exclude each other/],
  ];
  for (const [args, message] of failures) {
    const { exitCode, stdout, stderr } = await sandbox.sage('logs', ...args);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  }
});

test('-f goes on while the ticket runs, and ends with its landing', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  const go = join(sandbox.root, '../go');
  const agent = `echo begun; until test -f '${go}'; do sleep 0.05; done; echo over; ${WRITE_OWN_FILE}`;
  const running = sandbox.start(['stream', '--auto', '--json', '--agent-command', agent]);
  await afterText(running.stdout, '"attempt.started"');
  const following = sandbox.start(['logs', 'API-1', '-f']);
  await afterText(following.stdout, 'begun');
  await writeFile(go, '');
  const { exitCode, stdout } = await following;
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^== agent ==\nbegun\nover\n\n== landing ==\nlanded as [0-9a-f]{40}$/);
  await running;
});

test('-f ends when the coordinator has been killed', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  const running = sandbox.start([
    'stream',
    '--auto',
    '--json',
    '--agent-command',
    'echo begun; tail -f /dev/null',
  ]);
  await afterText(running.stdout, '"attempt.started"');
  const following = sandbox.start(['logs', 'API-1', '-f']);
  await afterText(following.stdout, 'begun');
  running.kill('SIGKILL');
  await running;
  expect(await following).toMatchObject({ exitCode: 0, stdout: '== agent ==\nbegun' });
  await sandbox.stream('true');
});

test('a reader that has seen enough ends it without a word', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  await sandbox.stream(`seq 1 200000; ${WRITE_OWN_FILE}`);
  for (const flag of ['--json', '--raw', ''])
    expect(
      sandbox.shell(
        `{ sage logs API-1 ${flag} 2>&1; echo "ended with $?" >&3; } 3>ended | head -n 1; cat ended`,
      ),
    ).toMatch(/^.+\nended with 0\n$/);
});

test('of a landing that was rejected, all that verify printed', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  const verify = 'seq 1 100; test ! -d out';
  const { events } = await sandbox.stream(WRITE_OWN_FILE, '--max-attempts=1', '--verify', verify);
  const rejected = events.find(({ event }) => event === 'landing.rejected');
  expect(await sandbox.read(String(rejected?.['log']))).toContain('\n100\n');
  const { stdout } = await sandbox.sage('logs', 'API-1');
  const numbers = Array.from({ length: 100 }, (_, index) => String(index + 1)).join('\n');
  expect(stdout).toContain(`== verify ==\n${numbers}\n\n== landing ==\n  failed `);
});
