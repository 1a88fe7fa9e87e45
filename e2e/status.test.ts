import { appendFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { afterText, Sandbox, WRITE_OWN_FILE } from './sandbox.ts';

const BACKLOG = [
  { id: 'API-1', title: 'Fail', priority: 'P0' },
  { id: 'API-2', title: 'Wait' },
  { id: 'API-3', dependencies: ['API-2'] },
  { id: 'API-4', dependencies: ['API-1'] },
];

/** Fails the first ticket, and waits in the second one until `go` is there. */
function agentOf(sandbox: Sandbox): { agent: string; go: () => Promise<void> } {
  const file = join(sandbox.root, '../go');
  const waits = `test "$SAGE_TICKET_ID" != API-2 || until test -f '${file}'; do sleep 0.05; done`;
  const agent = `test "$SAGE_TICKET_ID" != API-1 || exit 1; ${waits}; ${WRITE_OWN_FILE}`;
  return { agent, go: () => writeFile(file, '') };
}

/** Every file and folder of a repository, with the time of its last change. */
async function everything(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true });
  return Promise.all(
    entries.toSorted().map(async (path) => `${path} ${(await stat(join(root, path))).mtimeMs}`),
  );
}

async function status(sandbox: Sandbox) {
  const { exitCode, stdout, stderr } = await sandbox.sage('status', '--json');
  expect([exitCode, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as unknown;
}

test('before any run there is no status, which is no error', async () => {
  const sandbox = await Sandbox.create(BACKLOG);
  const before = await everything(sandbox.root);
  expect(await status(sandbox)).toEqual({ v: 1, state: 'none' });
  expect(await sandbox.sage('status')).toMatchObject({
    exitCode: 0,
    stdout: 'no run yet: sage stream starts one',
  });
  expect(await everything(sandbox.root)).toEqual(before);
});

test('outside a repository it says so, with 2', async () => {
  const sandbox = await Sandbox.create(BACKLOG);
  const { exitCode = -1, stderr } = await sandbox.start(['status'], {}, '../home');
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^ERROR: .*\n?$/);
});

test('says what runs while it runs, and what came of it after, and writes nothing', async () => {
  const sandbox = await Sandbox.create(BACKLOG);
  const { agent, go } = agentOf(sandbox);
  const args = ['--auto', '--json', '--parallel=2', '--max-attempts=1', '--agent-command', agent];
  const running = sandbox.start(['stream', ...args]);
  await Promise.all([
    afterText(running.stdout, '"ticket.deferred"'),
    afterText(running.stdout, '"ticket":"API-2","title"'),
  ]);
  expect(await status(sandbox)).toMatchObject({
    v: 1,
    state: 'working',
    target: 'refs/heads/work',
    workers: 2,
    tickets: { completed: 0, landing: 0, running: 1, waiting: 2, deferred: 1, blocked: 0 },
    agents: [{ ticket: 'API-2', title: 'Wait', attempt: 1 }],
    deferred: [{ ticket: 'API-1', category: 'agent_failed' }],
  });
  const { stdout } = await sandbox.sage('status');
  expect(stdout).toMatch(/^run \S+ on work, at work since \d\d:\d\d$/m);
  expect(stdout).toMatch(/^ {2}worker \d {2}API-2 +\d+ s +Wait$/m);
  expect(stdout).not.toContain('\u001B');
  await go();
  expect((await running).exitCode).toBe(1);

  const before = await everything(sandbox.root);
  expect(await status(sandbox)).toMatchObject({
    state: 'finished',
    tickets: { completed: 2, running: 0, waiting: 0, deferred: 1, blocked: 1 },
    agents: [],
    blocked: [{ ticket: 'API-4', by: ['API-1'] }],
  });
  expect((await sandbox.sage('status')).stdout).toContain('2 completed, 1 deferred, 1 blocked');
  expect(await everything(sandbox.root)).toEqual(before);
});

test('a killed run is distinguished from a running one, also with a torn last line, until it is resumed', async () => {
  const sandbox = await Sandbox.create(BACKLOG);
  const { agent, go } = agentOf(sandbox);
  const args = ['--parallel=2', '--max-attempts=1'];
  const running = sandbox.start(['stream', '--auto', '--json', ...args, '--agent-command', agent]);
  await Promise.all([
    afterText(running.stdout, '"ticket.deferred"'),
    afterText(running.stdout, '"ticket":"API-2","title"'),
  ]);
  running.kill('SIGKILL');
  await running;
  const [run = ''] = await readdir(join(sandbox.root, '.sage/runs'));
  await appendFile(join(sandbox.root, '.sage/runs', run, 'journal.jsonl'), '{"v":1,"event":"ticket.compl');
  expect(await status(sandbox)).toMatchObject({ state: 'killed', run, agents: [{ ticket: 'API-2' }] });
  expect((await sandbox.sage('status')).stdout).toMatch(/^ {2}cut off {3}API-2 +Wait$/m);

  await go();
  await sandbox.stream(agent, ...args);
  expect(await status(sandbox)).toMatchObject({
    state: 'finished',
    run,
    resumed: expect.stringMatching(/Z$/) as string,
    tickets: { completed: 2, deferred: 1, blocked: 1 },
  });
});

test('a run in another checkout of the repository is not this one', async () => {
  const sandbox = await Sandbox.create(BACKLOG);
  const { agent, go } = agentOf(sandbox);
  const linked = join(sandbox.root, '../linked');
  sandbox.git('worktree', 'add', '--quiet', '-b', 'other', linked);
  const start = (directory: string) =>
    sandbox.start(['stream', '--auto', '--json', '--agent-command', agent], {}, directory);
  const killed = start('.');
  await afterText(killed.stdout, '"ticket":"API-2","title"');
  killed.kill('SIGKILL');
  await killed;
  const running = start('../linked');
  await afterText(running.stdout, '"ticket":"API-2","title"');
  expect(await status(sandbox)).toMatchObject({ state: 'killed', target: 'refs/heads/work' });
  const { stdout } = await sandbox.start(['status', '--json'], {}, '../linked');
  expect(JSON.parse(stdout)).toMatchObject({ state: 'working', target: 'refs/heads/other' });
  await go();
  await running;
});
