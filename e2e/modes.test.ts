import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { usableCores } from '@sage/scheduler';
import { expect, test } from 'vitest';
import { converse } from './dialogue.ts';
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
  [['--auto'], 'add --agent NAME (claude, codex,'],
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

const ENTER = '\r';
const DOWN = '\u001B[B';

test('--interactive asks before the start, the completion and the commit', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'API-2' }]);
  const output = await converse(sandbox, WRITE_OWN_FILE, '', [
    ['Start API-1', ENTER],
    ['May it land?', ENTER],
    ['Commit "feat(api): Title of API-1"', ENTER],
    ['Start API-2', DOWN + DOWN + ENTER],
  ]);
  expect(output).toContain('1 completed, 0 deferred, 0 blocked, 1 unprocessed');
  expect(sandbox.landings().map(({ ticket }) => ticket)).toEqual(['API-1']);
});

test('--interactive: a result that is not accepted is deferred, and kept', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  await converse(sandbox, WRITE_OWN_FILE, '', [
    ['Start API-1', '\r'],
    ['May it land?', `${DOWN.repeat(3)}\r`],
    ['Why?', 'too large\r'],
  ]);
  expect(await sandbox.states()).toEqual({ 'API-1': 'DEFERRED' });
  expect(await sandbox.read('.sage/tickets/index.json')).toMatch(/user_rejected[^}]*too large/);
  expect(sandbox.git('show', 'refs/sage/deferred/API-1:out/API-1.txt')).toBe('API-1');
});

test('--approve all: a result is looked at, sent back with a comment, and accepted, while others go on', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'API-2' }, { id: 'API-3' }]);
  const agent = `cat > "$SAGE_TICKET_ID.prompt"; echo turn >> "$SAGE_TICKET_ID.turns"`;
  const output = await converse(sandbox, agent, '--auto --approve all', [
    ['API-1 is finished', ''],
    ['May it land?', `${DOWN}${ENTER}`],
    ['diff --git a/API-1.prompt', ''],
    ['May it land?', `${DOWN}${DOWN}${ENTER}`],
    ['What should the agent change?', `say it twice${ENTER}`],
    ['API-2 is finished', ENTER],
    ['API-3 is finished', `${DOWN.repeat(3)}${ENTER}`],
    ['Why?', `not now${ENTER}`],
    ['API-1 is finished', ENTER],
  ]);
  expect(output).toContain('2 completed, 1 deferred');
  expect(sandbox.landings().map(({ ticket }) => ticket)).toEqual(['API-2', 'API-1']);
  expect(await sandbox.read('API-1.turns')).toBe('turn\nturn\n');
  expect(await sandbox.read('API-1.prompt')).toContain('say it twice');
  const reviews = (await sandbox.journal()).filter(({ event }) => event === 'attempt.reviewed');
  expect(reviews.map(({ ticket, verdict }) => [ticket, verdict])).toEqual([
    ['API-1', 'sent-back'],
    ['API-2', 'accepted'],
    ['API-3', 'deferred'],
    ['API-1', 'accepted'],
  ]);
});

test('--parallel-interactive asks which tickets start beside each other', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'API-2' }, { id: 'API-3' }]);
  const output = await converse(
    sandbox,
    WRITE_OWN_FILE,
    '--parallel-interactive --parallel=2 --approve none',
    [
      ['Start these 2 tickets?', `${DOWN}${ENTER}`],
      ['Which ones?', ` ${ENTER}`],
      ['Start API-3', ENTER],
    ],
  );
  expect(output).toContain('2 completed, 0 deferred, 0 blocked, 1 unprocessed');
  expect(await sandbox.states()).toMatchObject({ 'API-1': 'UNPROCESSED', 'API-2': 'COMPLETED' });
});

test('--semi-auto asks before each component, about the tickets that its batch names', async () => {
  const sandbox = await Sandbox.create(
    [
      { id: 'API-1', component: 'API' },
      { id: 'API-2', component: 'API' },
      { id: 'WEB-1', component: 'WEB', dependencies: ['API-1'] },
    ],
    { files: { '.sage/batches/API.batch': '# first\nAPI-1\n' } },
  );
  const output = await converse(sandbox, WRITE_OWN_FILE, '--semi-auto', [
    ['Start API-1', ENTER],
    ['Start WEB-1', `${DOWN}${ENTER}`],
  ]);
  expect(output).toContain('1 completed, 0 deferred, 0 blocked, 2 unprocessed');
  await sandbox.write('.sage/batches/WEB.batch', '\nWEB-11\n');
  const wrong = await sandbox.sage('stream', '--semi-auto', '--agent-command', 'true');
  expect(wrong.stderr).toContain('--semi-auto needs a terminal');
  const told = await converse(sandbox, WRITE_OWN_FILE, '--semi-auto', [
    ['WEB.batch:2: no ticket "WEB-11"', ''],
  ]);
  expect(told).toContain('did you mean "WEB-1"?');
});
