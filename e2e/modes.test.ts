import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { usableCores } from '@sage/scheduler';
import { expect, test } from 'vitest';
import { Sandbox, WRITE_OWN_FILE } from './sandbox.ts';

const BACKLOG = [
  { id: 'API-1', estimated_minutes: 30 },
  { id: 'API-2', dependencies: ['API-1'], estimated_minutes: 60 },
  { id: 'API-3', priority: 'P0' },
  { id: 'API-4', state: 'DEFERRED' },
  { id: 'API-5', dependencies: ['API-4'] },
];

test('--dry-run prints the plan, needs no agent and changes nothing', async () => {
  const sandbox = await Sandbox.create(BACKLOG, { branch: 'main' });
  const before = sandbox.git('for-each-ref') + sandbox.git('status', '--porcelain', '--ignored');
  const { exitCode, stdout, stderr } = await sandbox.sage(
    'stream',
    '--auto',
    '--parallel=2',
    '--dry-run',
    '--json',
  );
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    v: 1,
    batches: [['API-3', 'API-1'], ['API-2']],
    blocked: [{ id: 'API-5', by: ['API-4'] }],
    workers: 2,
    criticalPath: ['API-1', 'API-2'],
    forecast: {
      minutes: 90,
      samples: 0,
      estimates: 2,
      assignments: [{ id: 'API-3', worker: 1, start: 0 }, {}, {}],
    },
  });
  const human = await sandbox.sage('stream', '--dry-run');
  expect(human.exitCode).toBe(0);
  expect(human.stdout).toContain('API-3');
  expect(human.stdout.split('\n').every((line) => line.length <= 80)).toBe(true);
  expect(sandbox.git('for-each-ref') + sandbox.git('status', '--porcelain', '--ignored')).toBe(before);
  expect(await readdir(join(sandbox.root, '.sage'))).toEqual(['tickets']);
});

test('--dry-run plans with landings as long, and attempts that fail as often, as in earlier runs', async () => {
  const sandbox = await Sandbox.create([
    { id: 'API-1' },
    { id: 'API-2', dependencies: ['API-1'] },
    { id: 'API-3', state: 'COMPLETED' },
  ]);
  const event = (minute: number, event: string, more: object) =>
    JSON.stringify({ v: 1, event, ticket: 'API-3', time: new Date(minute * 60_000).toISOString(), ...more }) +
    '\n';
  await sandbox.write(
    '.sage/runs/20260101-000000-aaaaaa/journal.jsonl',
    event(5, 'attempt.finished', { outcome: 'failed', seconds: 300 }) +
      event(10, 'attempt.finished', { outcome: 'completed', seconds: 300 }) +
      event(22, 'landing.landed', { entry: 'e', commit: 'c' }),
  );
  const { stdout } = await sandbox.sage('stream', '--auto', '--parallel=2', '--dry-run', '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    forecast: {
      minutes: 34,
      landing: 12,
      failing: 0.125,
      assignments: [
        { id: 'API-1', start: 0, end: 5, landed: 17 },
        { id: 'API-2', start: 17, end: 22, landed: 34 },
      ],
    },
  });
  const { stdout: explained } = await sandbox.sage('stream', '--explain', 'API-2');
  expect(explained).toContain('starts after about 17 min: when API-1 is done');
});

test('--explain says why a ticket runs when it runs', async () => {
  const sandbox = await Sandbox.create(BACKLOG);
  const { exitCode, stdout } = await sandbox.sage('stream', '--explain', 'API-2', '--json');
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    v: 2,
    ticket: 'API-2',
    waitsFor: ['API-1'],
    unblocks: [],
    batch: 3,
    batches: 3,
    onCriticalPath: true,
  });
  expect((await sandbox.sage('stream', '--explain', 'API-5')).stdout).toContain('blocked by API-4');
  expect((await sandbox.sage('stream', '--explain', 'API-9')).exitCode).toBe(2);
});

test.each([
  [['--parallel=2'], 'ERROR: --parallel requires --auto mode'],
  [['--parallel'], 'ERROR: --parallel requires --auto mode'],
  [['--interactive', '--parallel=2'], 'ERROR: --parallel requires --auto mode'],
  [['--dry-run', '--parallel=2'], 'ERROR: --parallel requires --auto mode'],
  [['--explain', 'API-1', '--parallel=auto'], 'ERROR: --parallel requires --auto mode'],
  [['--auto', '--interactive'], 'exclude each other'],
  [[], '--interactive needs a terminal: use --auto'],
  [['--interactive'], '--interactive needs a terminal: use --auto'],
  [['--interactive', '--json'], '--json needs --auto'],
  [['--auto'], '--agent NAME or --agent-command'],
  [['--auto', '--agent-command', 'true', '--parallel=0'], '0'],
  [['--auto', '--agent-command', 'true', '--parallel=-1'], '-1'],
  [['--auto', '--agent-command', 'true', '--parallel=2.5'], '2.5'],
  [['--auto', '--agent-command', 'true', '--parallel=abc'], 'abc'],
])('stream %j is refused in one line, with 2', async (args, message) => {
  const sandbox = await Sandbox.create(BACKLOG);
  const { exitCode, stderr, stdout } = await sandbox.sage('stream', ...args);
  expect(stderr).toContain(message);
  expect(stderr.split('\n')).toHaveLength(1);
  expect(stdout).toBe('');
  expect(exitCode).toBe(2);
  expect(await readdir(join(sandbox.root, '.sage'))).toEqual(['tickets']);
});

test.each([
  [[], 1],
  [['--parallel=2'], 2],
  [['--parallel=9'], 2],
])('--auto %j has %i workers for two tickets', async (args, workers) => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'API-2' }]);
  const { events } = await sandbox.stream(WRITE_OWN_FILE, ...args);
  expect(events[0]).toMatchObject({ event: 'run.started', workers });
});

test.each([['--parallel'], ['--parallel=auto']])('%s chooses: half the cores, at least one', async (flag) => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'API-2' }]);
  const { events } = await sandbox.stream(WRITE_OWN_FILE, flag);
  const half = Math.floor(usableCores() / 2);
  expect(events[0]?.['workers']).toBe(Math.max(1, Math.min(half, 2)));
});

test('--interactive asks before the start, the completion and the commit', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'API-2' }]);
  const ENTER = '\r';
  const DOWN = '\u001B[B';
  const output = await answer(sandbox, [
    ['Start API-1', ENTER],
    ['Is it complete?', ENTER],
    ['Commit "feat(api): Title of API-1"', ENTER],
    ['Start API-2', DOWN + DOWN + ENTER],
  ]);
  expect(output).toContain('1 completed, 0 deferred, 0 blocked, 1 unprocessed');
  expect(sandbox.landings().map(({ ticket }) => ticket)).toEqual(['API-1']);
});

test('--interactive: a result that is not accepted is deferred, and kept', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  await answer(sandbox, [
    ['Start API-1', '\r'],
    ['Is it complete?', '\u001B[B\r'],
  ]);
  expect(await sandbox.states()).toEqual({ 'API-1': 'DEFERRED' });
  expect(await sandbox.read('.sage/tickets/index.json')).toContain('user_rejected');
  expect(sandbox.git('show', 'refs/sage/deferred/API-1:out/API-1.txt')).toBe('API-1');
});

/** Runs an interactive stream on a terminal of script(1), and types each answer when its question is there. */
async function answer(sandbox: Sandbox, dialogue: readonly (readonly [string, string])[]): Promise<string> {
  const sage = join(import.meta.dirname, '../apps/cli/bin/sage.js');
  // A pseudo-terminal starts without a size, and the prompts are laid out by it.
  const command = `stty cols 120 rows 40; ${process.execPath} ${sage} stream -C ${sandbox.root} --agent-command "$AGENT"`;
  const terminal = spawn('script', ['-qec', command, '/dev/null'], {
    env: { ...sandbox.environment(), TERM: 'xterm', AGENT: WRITE_OWN_FILE },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  const remaining = [...dialogue];
  terminal.stdout.on('data', (data: Buffer) => {
    output += data.toString();
    const [question, keys] = remaining[0] ?? [];
    if (question === undefined || keys === undefined || !output.includes(question)) return;
    remaining.shift();
    terminal.stdin.write(keys);
  });
  await once(terminal, 'close');
  // The whole dialogue, so that a failure shows what was on the terminal.
  expect({ remaining, output }).toEqual({ remaining: [], output });
  return output;
}
