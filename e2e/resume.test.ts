import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { afterText, Sandbox, WRITE_OWN_FILE } from './sandbox.ts';

const TICKETS = [{ id: 'API-1' }, { id: 'API-2', dependencies: ['API-1'] }];
/** The second ticket waits, where there is no file `go`. */
const agent = (first: string, go: string) =>
  `if test "$SAGE_TICKET_ID" = API-1; then ${first}; else test -e ${go} || { echo begun; sleep 1000; }; fi; ${WRITE_OWN_FILE}`;

async function interrupted(sandbox: Sandbox, command: string): Promise<string> {
  const running = sandbox.start([
    'stream',
    '--auto',
    '--json',
    '--max-attempts=1',
    '--agent-command',
    command,
  ]);
  await afterText(running.stdout, '"ticket":"API-2","title"');
  running.kill('SIGINT');
  const { exitCode, stdout } = await running;
  expect(exitCode).toBe(130);
  return stdout;
}

test('a run keeps the settings that it was begun with, whatever its tickets land', async () => {
  const [first, ...others] = TICKETS;
  const tickets = [{ ...first, id: 'API-1', files: ['.sagerc', '.sage/prompt.md', 'out'] }, ...others];
  const sandbox = await Sandbox.create(tickets, { files: { '.sagerc': 'verify: "true"\n' } });
  const go = join(sandbox.root, '.git/go');
  const land = `echo 'verify: "false"' > .sagerc; mkdir -p .sage; echo 'other prompt' > .sage/prompt.md`;
  const told = await interrupted(sandbox, agent(land, go));
  expect(told).toContain('"configuration":[".sage/prompt.md",".sagerc"]');
  await sandbox.write('.git/go', '');
  const resumed = await sandbox.sage('stream', '--resume', '--json');
  expect([resumed.exitCode, resumed.events[0]]).toMatchObject([0, { event: 'run.started', resumed: true }]);
  expect(resumed.stderr).toContain('.sagerc was changed by API-1: it takes effect with the next run');
  expect(resumed.stderr).toContain('.sage/prompt.md was changed by API-1');
  expect(sandbox.landings().map(({ ticket }) => ticket)).toEqual(['API-1', 'API-2']);
  // The next run has the new ones.
  await sandbox.writeIndex([{ id: 'API-3' }]);
  sandbox.git('commit', '--quiet', '--all', '--message=more');
  const next = await sandbox.stream(WRITE_OWN_FILE);
  expect([next.exitCode, next.stderr]).toEqual([2, expect.stringContaining('wants to run verify "false"')]);
});

test('a flag wins over what was recorded, and is recorded; nobody else can read it', async () => {
  const sandbox = await Sandbox.create(TICKETS);
  await interrupted(sandbox, agent('true', '/nowhere'));
  const [run = ''] = await readdir(join(sandbox.root, '.sage/runs'));
  const file = join(sandbox.root, '.sage/runs', run, 'settings.json');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const resumed = await sandbox.sage('stream', '--resume', '--json', '--agent-command', WRITE_OWN_FILE);
  expect(resumed.exitCode).toBe(0);
  expect(JSON.parse(await sandbox.read(`.sage/runs/${run}/settings.json`))).toMatchObject({
    v: 1,
    flags: { auto: true, maxAttempts: '1', agentCommand: WRITE_OWN_FILE },
  });
});

test('what the user has changed since counts', async () => {
  const sandbox = await Sandbox.create(TICKETS, { files: { '.sagerc': 'verify: "true"\n' } });
  await interrupted(sandbox, agent('true', '/nowhere'));
  await sandbox.write('.sagerc', 'verify: "echo user >&2; false"\n');
  await sandbox.sage('trust');
  const resumed = await sandbox.sage('stream', '--resume', '--json', '--agent-command', WRITE_OWN_FILE);
  expect(resumed.exitCode).toBe(1);
  expect(resumed.events.find(({ event }) => event === 'landing.rejected')).toMatchObject({ output: 'user' });
});

test('without an interrupted run there is nothing to resume', async () => {
  const sandbox = await Sandbox.create(TICKETS);
  const { exitCode, stderr } = await sandbox.sage('stream', '--resume');
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('no run on this branch was interrupted')]);
});
