import { join } from 'node:path';
import { expect, test } from 'vitest';
import { afterText, named, Sandbox, WRITE_OWN_FILE } from './sandbox.ts';

/** Works once the key is there; refuses for three tickets before. */
const NEEDS_KEY = `test -f "$HOME/key" || exit 1; ${WRITE_OWN_FILE}`;
const FOUR = Array.from({ length: 4 }, (_, nth) => ({ id: `API-${nth + 1}` }));

async function stopped(...options: string[]): Promise<Sandbox> {
  const sandbox = await Sandbox.create(FOUR);
  const run = await sandbox.stream(NEEDS_KEY, '--max-attempts=1', ...options);
  expect(run.exitCode).toBe(3);
  await sandbox.write('../home/key', '');
  return sandbox;
}

test('sage stream --resume continues a run with the options that it was started with', async () => {
  const sandbox = await stopped('--only=API-1,API-2,API-3', '--parallel=2');
  const { exitCode, events } = await sandbox.sage('stream', '--resume', '--json');
  expect(exitCode).toBe(0);
  expect(named(events, 'run.started')[0]).toMatchObject({ resumed: true, workers: 2 });
  expect(events.at(-1)).toMatchObject({ summary: { completed: 3, unprocessed: 0 } });
  const nothing = await sandbox.sage('stream', '--resume');
  expect([nothing.exitCode, nothing.stderr]).toEqual([
    2,
    'ERROR: --resume: no run on this branch was interrupted: sage stream --auto starts one',
  ]);
});

test.each([
  ['that was named', ['--target=work'], {}],
  ['that the configuration names', [], { 'sage.config.json': '{"target": "work"}' }],
])('a run on a branch %s goes on by its line from where it was started', async (_, options, files) => {
  const sandbox = await Sandbox.create(FOUR, { files });
  sandbox.git('switch', '--quiet', '--create', 'elsewhere');
  const agent = ['--max-attempts=1', '--agent-command', NEEDS_KEY];
  const run = await sandbox.sage('stream', '--auto', ...agent, ...options);
  expect(run.exitCode).toBe(3);
  await sandbox.write('../home/key', '');
  const [, line = ''] = /To continue it: (.*)/.exec(run.stdout) ?? [];
  expect(sandbox.shell(line)).toContain('4 tickets, 1 worker, landing on work');
  expect(sandbox.landings('work')).toHaveLength(4);
  expect(sandbox.git('branch', '--show-current')).toBe('elsewhere');
});

test('the status of a run in another folder has the line that goes on there', async () => {
  const sandbox = await stopped();
  const { stdout } = await sandbox.sage('status');
  const [, line = ''] = /The run is not over: (.*) continues it/.exec(stdout) ?? [];
  expect(line).toBe(`sage stream -C ${sandbox.root} --resume`);
  expect(sandbox.shell(`cd / && ${line}`)).toContain('4 completed');
});

test('a run whose branch is no longer checked out goes on there', async () => {
  const sandbox = await stopped();
  sandbox.git('switch', '--quiet', '--create', 'elsewhere');
  const { exitCode, stdout } = await sandbox.sage('stream', '--resume');
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('landing on work')]);
  expect([sandbox.landings('work').length, sandbox.landings().length]).toEqual([4, 0]);
});

test('a run on the branch of the configuration keeps its settings, from wherever it goes on', async () => {
  const sandbox = await Sandbox.create(FOUR, { files: { 'sage.config.json': '{"target": "work"}' } });
  sandbox.git('switch', '--quiet', '--create', 'elsewhere');
  const flags = ['--max-attempts=1', '--parallel=2', '--agent-command', NEEDS_KEY];
  expect((await sandbox.sage('stream', '--auto', ...flags)).exitCode).toBe(3);
  await sandbox.write('../home/key', '');
  const { exitCode, stdout } = await sandbox.sage('stream');
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('4 tickets, 2 workers, landing on work')]);
});

test('a resumed run counts what had landed before', async () => {
  const sandbox = await Sandbox.create([...FOUR, { id: 'API-5' }]);
  const refused = `test "$SAGE_TICKET_ID" = API-1 || test -f "$HOME/key" || exit 1; ${WRITE_OWN_FILE}`;
  expect((await sandbox.stream(refused, '--max-attempts=1')).exitCode).toBe(3);
  await sandbox.write('../home/key', '');
  const { stdout } = await sandbox.sage('stream', '--resume');
  expect(stdout).toContain('5 of 5');
  expect(stdout).toContain('5 completed, 0 deferred');
  expect(stdout).not.toContain('1 of 4');
});

test('a deferred ticket that is set back to UNPROCESSED before the run is resumed is tried again', async () => {
  const sandbox = await Sandbox.create(FOUR.slice(0, 2));
  const refused = `if test ! -f "$HOME/key"; then
    if test "$SAGE_TICKET_ID" = API-1; then echo 'RESULT: DEFERRED no'; exit 0; fi
    echo 'Invalid API key'; exit 1
  fi; ${WRITE_OWN_FILE}`;
  expect((await sandbox.stream(refused)).exitCode).toBe(3);
  expect(await sandbox.states()).toEqual({ 'API-1': 'DEFERRED', 'API-2': 'UNPROCESSED' });
  await sandbox.writeIndex(FOUR.slice(0, 2));
  sandbox.git('commit', '--quiet', '--all', '--message=again');
  await sandbox.write('../home/key', '');
  const { exitCode, stdout } = await sandbox.sage('stream', '--resume');
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('2 completed, 0 deferred')]);
  expect(await sandbox.states()).toEqual({ 'API-1': 'COMPLETED', 'API-2': 'COMPLETED' });
});

test('sage abandon ends a run for good, and the next one is a new one', async () => {
  const sandbox = await stopped();
  const run = named((await sandbox.stream('exit 1', '--max-attempts=1')).events, 'run.started')[0]?.run ?? '';
  const wrong = await sandbox.sage('abandon', 'nope');
  expect([wrong.exitCode, wrong.stderr]).toEqual([2, `ERROR: no run "nope": did you mean "${run}"?`]);
  const { exitCode, stdout } = await sandbox.sage('abandon', run);
  expect([exitCode, stdout]).toEqual([0, `run ${run} is abandoned: the next sage stream starts a new one`]);
  expect((await sandbox.sage('abandon', run)).stderr).toContain('is over: there is nothing to abandon');
  expect((await sandbox.sage('status')).stdout).toContain('abandoned');
  const next = await sandbox.stream(NEEDS_KEY);
  expect(next.events[0]).toMatchObject({ event: 'run.started', resumed: false });
  expect(next.exitCode).toBe(0);
});

test('all that is deferred is tried again, as the printed command says', async () => {
  const sandbox = await Sandbox.create([...FOUR.slice(0, 2), { id: 'API-9', dependencies: ['API-1'] }]);
  const run = ['stream', '--auto', '--max-attempts=1', '--agent-command', NEEDS_KEY];
  const { exitCode, stdout } = await sandbox.sage(...run);
  expect(exitCode).toBe(1);
  const line = /^To retry what was deferred: (sage retry -C .*)$/m.exec(stdout)?.[1] ?? '';
  const blocked = await sandbox.sage(...run);
  expect([blocked.exitCode, blocked.stdout]).toEqual([
    1,
    expect.stringMatching(/blocked by API-1$[^]*^To try API-1 again: sage retry -C \S+ API-1$/m),
  ]);
  await sandbox.write('../home/key', '');
  sandbox.shell(line);
  expect(Object.values(await sandbox.states())).toEqual(['COMPLETED', 'COMPLETED', 'COMPLETED']);
  expect(sandbox.shell('sage retry API-1')).toContain('nothing to do');
});

test('what is tried again on the branch of a run is merged as what the run has landed', async () => {
  const sandbox = await Sandbox.create(FOUR.slice(0, 2), { branch: 'main' });
  const agent = `test "$SAGE_TICKET_ID" = API-1 || test -f "$HOME/key" || exit 1; ${WRITE_OWN_FILE}`;
  const first = await sandbox.sage('stream', '--auto', '--max-attempts=1', '--agent-command', agent);
  const merge = /git -C \S+ switch main && git -C \S+ merge sage\/\S+/.exec(first.stdout)?.[0] ?? 'none';
  await sandbox.write('../home/key', '');
  const again = await sandbox.sage('retry');
  expect([again.exitCode, again.stdout]).toEqual([0, expect.stringContaining(merge)]);
  sandbox.shell(merge);
  expect(await sandbox.read('out/API-2.txt')).toBe('API-2\n');
});

test('a run with nothing to do says why', async () => {
  const sandbox = await Sandbox.create([
    { id: 'API-1', state: 'COMPLETED' },
    { id: 'API-2', state: 'DEFERRED' },
  ]);
  const { exitCode, stdout } = await sandbox.sage('stream', '--auto', '--agent-command=true');
  expect([exitCode, stdout]).toEqual([
    0,
    'nothing to do: 1 COMPLETED, 1 DEFERRED; --retry-deferred tries deferred tickets again',
  ]);
  const wrong = await sandbox.sage('stream', '--auto', '--agent-command=true', '--component=apy');
  expect([wrong.exitCode, wrong.stderr]).toEqual([
    2,
    'ERROR: .sage/tickets/index.json: --component: no ticket is in "apy": did you mean "api"?',
  ]);
});

test('sage resume goes on with an interrupted run, and tickets may be named without a flag', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'API-2' }]);
  const none = await sandbox.sage('resume');
  expect([none.exitCode, none.stderr]).toEqual([
    2,
    expect.stringContaining('no run works in this repository'),
  ]);
  const go = join(sandbox.root, '.git/go');
  const agent = `test -e '${go}' || { echo begun; sleep 1000; }; ${WRITE_OWN_FILE}`;
  const running = sandbox.start(['stream', 'API-2', '--auto', '--json', '--agent-command', agent]);
  await afterText(running.stdout, '"attempt.started"');
  running.kill('SIGINT');
  expect((await running).exitCode).toBe(130);
  await sandbox.write('.git/go', '');
  const resumed = await sandbox.sage('resume');
  expect(resumed.stdout).toContain('1 completed');
  expect(await sandbox.states()).toEqual({ 'API-1': 'UNPROCESSED', 'API-2': 'COMPLETED' });
  const both = await sandbox.sage('stream', 'API-1', '--auto', '--only=API-1', '--agent-command', 'true');
  expect([both.exitCode, both.stderr]).toEqual([2, expect.stringContaining('use one of them')]);
});

test('sage retry tries deferred tickets again as the run before did, and tells the agent what a person says', async () => {
  const sandbox = await Sandbox.create([
    { id: 'API-1' },
    { id: 'API-2', dependencies: ['API-1'] },
    { id: 'API-3' },
  ]);
  const agent = `cat > seen-$SAGE_TICKET_ID; grep -q 'use a map' seen-$SAGE_TICKET_ID || exit 1; ${WRITE_OWN_FILE}`;
  const first = await sandbox.stream(agent, '--max-attempts=1', '--parallel=2', '--keep-going');
  expect(first.exitCode).toBe(1);
  const one = await sandbox.sage('retry', 'API-1', '--with', 'use a map', '--json');
  expect(one.exitCode).toBe(0);
  expect(named(one.events, 'run.started')[0]).toMatchObject({ workers: 1, tickets: ['API-1'] });
  expect(await sandbox.read('seen-API-1')).toMatch(/A person has looked at your work[^]*use a map/);
  const all = await sandbox.sage('retry', '--with', 'use a map, too', '--json');
  expect(all.exitCode).toBe(0);
  expect(await sandbox.states()).toEqual({
    'API-1': 'COMPLETED',
    'API-2': 'COMPLETED',
    'API-3': 'COMPLETED',
  });
});
