import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { afterText, Sandbox, untilData, WRITE_OWN_FILE } from './sandbox.ts';

const BACKLOG = Array.from({ length: 4 }, (_, index) => ({
  id: `API-${index + 1}`,
  dependencies: index < 2 ? [] : [`API-${index - 1}`],
}));
const AGENT = `${WRITE_OWN_FILE}; setsid sleep 600 &`;
const INSTANTS = 4;
/** Events of an undisturbed run: two of the run, five of each ticket. */
const EVENTS = 2 + 5 * BACKLOG.length;

// Each instant is a number of events, spread over the run, and what the scheduler of the machine adds to it.
test.concurrent.for(Array.from({ length: INSTANTS }, (_, index) => index))(
  'kill -9 of the coordinator, instant %i of 4: nothing lost, nothing twice, nothing left',
  async (index, { onTestFinished }) => {
    const sandbox = await Sandbox.create(BACKLOG, { onTestFinished });
    const running = sandbox.start(['stream', '--auto', '--json', '--parallel=2', '--agent-command', AGENT]);
    await afterLines(running.stdout, 1 + Math.floor((index * EVENTS) / INSTANTS));
    running.kill('SIGKILL');
    const { stdout } = await running;
    const told = stdout.split('\n').filter((line) => line.includes('"ticket.completed"'));

    const resumed = await sandbox.stream(AGENT, '--parallel=2');
    expect(resumed.stderr).not.toContain('internal error');
    expect([resumed.exitCode, resumed.exitCode === 0 ? '' : resumed.stderr]).toEqual([0, '']);
    expect(resumed.events.at(-1)).toMatchObject({ event: 'run.finished' });

    const landed = sandbox.landings().map(({ ticket }) => ticket);
    expect(landed.toSorted()).toEqual(BACKLOG.map(({ id }) => id).toSorted());
    // What was told complete before the kill is not run again.
    const again = resumed.events
      .filter(({ event }) => event === 'attempt.started')
      .map(({ ticket }) => ticket);
    for (const line of told) expect(again).not.toContain((JSON.parse(line) as { ticket: string }).ticket);
    expect(Object.values(await sandbox.states())).toEqual(BACKLOG.map(() => 'COMPLETED'));
    expect(sandbox.git('fsck', '--strict', '--no-dangling')).toBe('');
    expect(sandbox.git('status', '--porcelain')).toBe('');
    expect(await sandbox.worktrees()).toEqual([]);
    expect(await processesIn(sandbox.root)).toEqual([]);
    expect(sandbox.git('for-each-ref', 'refs/sage/queue')).toBe('');
  },
);

test('what sage queue process lands after a kill is recorded by the next run', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'API-2', dependencies: ['API-1'] }]);
  const verify = ['--no-baseline', '--verify', 'sleep 1000'];
  const running = sandbox.start(['stream', '--auto', '--json', ...verify, '--agent-command', WRITE_OWN_FILE]);
  await afterText(running.stdout, '"queue.enqueued"');
  running.kill('SIGKILL');
  await running;
  const processed = await sandbox.queue('process');
  expect(processed.exitCode).toBe(0);
  expect(sandbox.landings().map(({ ticket }) => ticket)).toEqual(['API-1']);
  const resumed = await sandbox.stream(WRITE_OWN_FILE, '--verify', 'true');
  expect(resumed.exitCode).toBe(0);
  expect(sandbox.landings().map(({ ticket }) => ticket)).toEqual(['API-1', 'API-2']);
  expect(await sandbox.states()).toEqual({ 'API-1': 'COMPLETED', 'API-2': 'COMPLETED' });
  expect(sandbox.git('status', '--porcelain')).toBe('');
  expect(await processesIn(sandbox.root)).toEqual([]);
});

test('Ctrl-C once lands what is finished and can be resumed; the attempts that it cut off are not counted', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'API-2' }, { id: 'API-3' }]);
  const agent = `test "$SAGE_TICKET_ID" = API-1 || { echo begun > "begun-$SAGE_TICKET_ID"; sleep 1000; }; ${WRITE_OWN_FILE}`;
  const running = sandbox.start([
    'stream',
    '--auto',
    '--json',
    '--parallel=2',
    '--max-attempts=1',
    '--agent-command',
    agent,
  ]);
  await afterText(running.stdout, '"ticket":"API-3","title"');
  running.kill('SIGINT');
  const { exitCode, stdout } = await running;
  expect(exitCode).toBe(130);
  expect(JSON.parse(stdout.split('\n').at(-1) ?? '')).toMatchObject({
    event: 'run.finished',
    outcome: 'interrupted',
    summary: { completed: 1, deferred: 0, blocked: 0, unprocessed: 2 },
  });
  expect(await processesIn(sandbox.root)).toEqual([]);
  expect(sandbox.git('status', '--porcelain')).toBe('');
  const resumed = await sandbox.stream(WRITE_OWN_FILE, '--max-attempts=1');
  expect(resumed.exitCode).toBe(0);
  expect(resumed.events[0]).toMatchObject({ event: 'run.started', resumed: true });
  expect(
    resumed.events.filter(({ event }) => event === 'attempt.started').map(({ attempt }) => attempt),
  ).toEqual([1, 1]);
  expect(sandbox.landings()).toHaveLength(3);
});

test('a run whose journal is damaged is resumed with what can be read of it', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'API-2', dependencies: ['API-1'] }]);
  const agent = `test "$SAGE_TICKET_ID" = API-1 || { echo begun > begun; sleep 1000; }; ${WRITE_OWN_FILE}`;
  const running = sandbox.start(['stream', '--auto', '--json', '--agent-command', agent]);
  await afterText(running.stdout, '"ticket":"API-2","title"');
  running.kill('SIGKILL');
  await running;
  const [run = ''] = await readdir(join(sandbox.root, '.sage/runs'));
  const journal = `.sage/runs/${run}/journal.jsonl`;
  const lines = (await sandbox.read(journal)).split('\n');
  const completed = lines.findIndex((line) => line.includes('"ticket.completed"'));
  await sandbox.write(journal, lines.toSpliced(completed, 1, '\0\0\0').join('\n'));
  const resumed = await sandbox.stream(WRITE_OWN_FILE);
  expect(resumed.stderr).toContain(`${journal}:${completed + 1}: this line is damaged and ignored`);
  expect(resumed.exitCode).toBe(0);
  expect(resumed.events[0]).toMatchObject({ event: 'run.started', run, resumed: true });
  expect(sandbox.landings().map(({ ticket }) => ticket)).toEqual(['API-1', 'API-2']);
  expect(await processesIn(sandbox.root)).toEqual([]);
});

test('Ctrl-C twice ends at once, and nothing is left running', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  const agent = 'trap "" TERM INT; echo begun > begun; while :; do sleep 0.1; done';
  const running = sandbox.start(['stream', '--auto', '--agent-command', agent]);
  await afterText(running.stdout, 'worker 1');
  running.kill('SIGINT');
  await afterText(running.stdout, 'stopping');
  running.kill('SIGINT');
  expect((await running).exitCode).toBe(130);
  expect(await processesIn(sandbox.root)).toEqual([]);
});

async function afterLines(stream: NodeJS.ReadableStream | null, lines: number): Promise<void> {
  let seen = 0;
  await untilData(stream, (text) => (seen += text.split('\n').length - 1) >= lines);
}

/** Processes that a run in this repository started and that live. */
async function processesIn(root: string): Promise<string[]> {
  const runs = await readdir(join(root, '.sage/runs'));
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (runs.some((run) => environment.includes(`SAGE_RUN_ID=${run}\0`))) found.push(pid);
  }
  return found;
}
