import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { Sandbox, type SageResult } from './sandbox.ts';

/** A campaign takes more of them: `SAGE_BACKLOG_TICKETS=20`. */
const COUNT = Number(process.env['SAGE_BACKLOG_TICKETS'] ?? 4);
const NUMBERS = Array.from({ length: COUNT }, (_, index) => index + 1);
const before = (n: number) => (n > 3 ? [n - 3] : []);
const AGENT = 'grep -q Ticket || exit 1; echo done > "$SAGE_TICKET_ID.txt"';

/** Answers as bd 1.3 does: its issues are in a store of its own. */
const BD = `
const [verb, ...args] = process.argv.slice(2);
const id = args.at(-1);
const issue = state.find((one) => one.id === id);
if (verb === 'export') process.stdout.write(state.map((one) => JSON.stringify(one) + '\\n').join(''));
else if (verb === 'close') Object.assign(issue, { status: 'closed', close_reason: args[1] });
else if (verb === 'update') Object.assign(issue, { status: args[1] });
else throw new Error('unknown command ' + verb);
`;
const ISSUES = NUMBERS.map((n) => ({
  id: `bd-${n}`,
  title: `Issue ${n}`,
  status: 'open',
  issue_type: 'task',
  priority: 2,
  dependencies: before(n).map((on) => ({ issue_id: `bd-${n}`, depends_on_id: `bd-${on}`, type: 'blocks' })),
}));

/** Answers as gh 2.90 does to what is asked of it here. */
const GH = `
const [, verb, ...args] = process.argv.slice(2);
const issue = state.find((one) => String(one.number) === args[0]);
const label = { name: args[2] };
if (verb === 'list') process.stdout.write(JSON.stringify(args.includes('--label') ? state.slice(0, 2) : state));
else if (verb === 'close') issue.state = 'CLOSED';
else if (verb === 'edit' && !state.some((one) => one.label)) throw new Error("'deferred' not found");
else if (verb === 'edit') issue.labels = args[1] === '--add-label' ? [...issue.labels, label] : [];
else if (verb === 'create') state.push({ label: args[0] });
else if (verb !== 'comment') throw new Error('unknown command ' + verb);
`;
const GITHUB = NUMBERS.map((number) => ({
  number,
  title: `Issue ${number}`,
  body: 'Do it.',
  state: 'OPEN',
  labels: [{ name: 'P1' }],
  milestone: { title: 'menu' },
  parent: null,
  subIssues: { nodes: [], totalCount: 0 },
  blockedBy: { nodes: before(number).map((on) => ({ number: on })), totalCount: before(number).length },
}));

interface ToolCase {
  readonly name: string;
  readonly program: string;
  readonly script: string;
  readonly state: readonly object[];
  readonly files: Record<string, string>;
  readonly flags: readonly string[];
  readonly id: (n: number) => string;
  /** The call that says that a ticket is done. */
  readonly closes: (id: string) => RegExp;
}

const TOOLS: readonly ToolCase[] = [
  {
    name: 'beads',
    program: 'bd',
    script: BD,
    state: ISSUES,
    // The file is an export that nobody has written for a while.
    files: { '.beads/metadata.json': '{"backend":"dolt"}\n', '.beads/issues.jsonl': '' },
    flags: [],
    id: (n) => `bd-${n}`,
    closes: (id) => new RegExp(`^close --reason landed as [0-9a-f]{40} -- ${id}$`),
  },
  {
    name: 'github',
    program: 'gh',
    script: GH,
    state: GITHUB,
    files: {},
    flags: ['--source=github'],
    id: String,
    closes: (id) => new RegExp(`^issue close ${id} --comment Landed as [0-9a-f]{40}\\.$`),
  },
];

async function open(
  { program, script, state, files }: ToolCase,
  onTestFinished: (clean: () => Promise<void>) => void,
) {
  const sandbox = await Sandbox.create([], { indexed: false, files, onTestFinished });
  const bin = join(dirname(sandbox.root), 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'state.json'), JSON.stringify(state));
  // A lock of the file system: several processes may ask at the same time.
  const text = `#!${process.execPath}
const fs = require('node:fs');
const lock = () => { for (;;) try { return fs.mkdirSync(__dirname + '/lock'); } catch {} };
fs.appendFileSync(__dirname + '/calls', process.argv.slice(2).join(' ') + '\\n');
lock();
process.on('exit', () => fs.rmdirSync(__dirname + '/lock'));
const state = JSON.parse(fs.readFileSync(__dirname + '/state.json', 'utf8'));
${script}
fs.writeFileSync(__dirname + '/state.tmp', JSON.stringify(state));
fs.renameSync(__dirname + '/state.tmp', __dirname + '/state.json');
`;
  writeFileSync(join(bin, program), text);
  chmodSync(join(bin, program), 0o755);
  const PATH = `${bin}:${process.env['PATH']}`;
  const start = (...args: string[]) => sandbox.start(args, { PATH });
  const sage = async (...args: string[]): Promise<Omit<SageResult, 'events'>> => {
    const { exitCode = -1, stdout, stderr } = await start(...args);
    return { exitCode, stdout, stderr };
  };
  const calls = () => readFileSync(join(bin, 'calls'), 'utf8').split('\n');
  return { sandbox, start, sage, calls, bin };
}

test.concurrent.for(TOOLS)(
  'a backlog that $program keeps is worked through, with kill -9 in the middle; each state is written once, after the landing',
  async (tool, { onTestFinished }) => {
    const { sandbox, start, sage, calls } = await open(tool, onTestFinished);
    const { flags, id, closes } = tool;
    expect((await sage('validate', ...flags)).stdout).toContain(`${COUNT} tickets to do`);
    expect((await sage('list', ...flags)).stdout).toContain(`(after ${id(1)})`);
    const stream = ['stream', '--auto', '--json', '--parallel=3', ...flags, '--agent-command', AGENT];
    const running = start(...stream);
    let completed = 0;
    running.stdout.on('data', (data: Buffer) => {
      completed += String(data).split('"ticket.completed"').length - 1;
      if (completed >= COUNT / 2) running.kill('SIGKILL');
    });
    await running;
    expect(completed).toBeGreaterThanOrEqual(COUNT / 2);
    const resumed = await sage(...stream);
    expect([resumed.exitCode, resumed.exitCode === 0 ? '' : resumed.stderr]).toEqual([0, '']);
    const landed = sandbox.landings().map(({ ticket }) => ticket);
    expect(landed.toSorted()).toEqual(NUMBERS.map(id).toSorted());
    const closed = landed.map((ticket) => calls().filter((call) => closes(ticket).test(call)).length);
    expect(closed).toEqual(landed.map(() => 1));
    expect(sandbox.git('status', '--porcelain')).toBe('');
    for (const [path, text] of Object.entries(tool.files)) expect(await sandbox.read(path)).toBe(text);
  },
);

test('a deferral is said once, a label chooses, and a tool that fails or is not there is one line', async ({
  onTestFinished,
}) => {
  const github = TOOLS[1] as ToolCase;
  const { sandbox, sage, calls, bin } = await open(github, onTestFinished);
  const run = await sage(
    'stream',
    '--auto',
    '--source=github',
    '--label=P1',
    '--max-attempts=1',
    '--agent-command',
    'exit 1',
  );
  expect(run.exitCode).toBe(1);
  expect(run.stdout).toContain('0 completed, 2 deferred');
  const deferrals = calls().filter((call) => call.startsWith('issue comment'));
  expect(deferrals.toSorted()).toEqual(
    [1, 2].map((n) => `issue comment ${n} --body Deferred: the agent ended with exit code 1`),
  );
  // One that is there keeps what a person has made of it.
  expect(calls().filter((call) => call.startsWith('label create'))).toEqual(['label create deferred']);
  expect((await sage('list', '--source=github', '--label=P1')).stdout).toContain('deferred');
  const noLabels = await sage('list', '--source=sage', '--label=P1');
  expect(noLabels.stderr).toContain('--label P1: the ticket index of Sage has none');

  writeFileSync(join(bin, 'gh'), '#!/bin/sh\necho "HTTP 503: try later" >&2; exit 1\n');
  expect(await sage('list', '--source=github')).toMatchObject({
    exitCode: 2,
    stderr: 'ERROR: gh issue: HTTP 503: try later',
  });
  expect((await sandbox.sage('list', '--source=github')).stderr).toMatch(/^ERROR: gh is not installed/);
});

test('a store of bd is found without a file beside it; GitHub is not asked because a configuration says so', async ({
  onTestFinished,
}) => {
  const bd = TOOLS[0] as ToolCase;
  const files = { '.beads/dolt/config': '', '.gitignore': '.beads\n' };
  const { sandbox, sage, calls } = await open({ ...bd, files }, onTestFinished);
  expect((await sage('list')).stdout).toContain('(after bd-1)');
  expect(calls()).toEqual(['export', '']);
  await sandbox.write('sage.config.yaml', 'source: github\n');
  expect(await sandbox.sage('list')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('type --source github when you mean it') as string,
  });
});

test('shell completion starts no program: ids of a store are those of its last export', async ({
  onTestFinished,
}) => {
  const issues = `${ISSUES.map((issue) => JSON.stringify(issue)).join('\n')}\n`;
  const files = { '.beads/metadata.json': '{"backend":"dolt"}\n', '.beads/issues.jsonl': issues };
  const { sandbox, bin } = await open({ ...(TOOLS[0] as ToolCase), files }, onTestFinished);
  // Where bd is, and no git.
  const told = sandbox.shell(`PATH='${bin}' "$SAGE_NODE" "$SAGE_PROGRAM" __complete -- show bd-1`);
  expect(told.split('\n')).toContain('bd-1');
  expect(existsSync(join(bin, 'calls'))).toBe(false);
});

test('of more issues than are read a person is told', async ({ onTestFinished }) => {
  const github = TOOLS[1] as ToolCase;
  const many = Array.from({ length: 1_000 }, (_, index) => ({ ...GITHUB[0], number: index + 1 }));
  const { sage } = await open({ ...github, state: many }, onTestFinished);
  const { stdout } = await sage('validate', '--source=github', '--verbose');
  expect(stdout).toContain('only the newest 1000 issues are read: choose some with --label or --milestone');
});
