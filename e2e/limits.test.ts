import { join } from 'node:path';
import { expect, test } from 'vitest';
import { named, Sandbox, WRITE_OWN_FILE } from './sandbox.ts';

test('exit 75 counts no attempt and starts nobody for a while', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  const marker = join(sandbox.root, '../limited');
  const { exitCode, events, stderr } = await sandbox.stream(
    `test -f '${marker}' || { touch '${marker}'; exit 75; }; ${WRITE_OWN_FILE}`,
    '--max-attempts=1',
  );
  expect(exitCode).toBe(0);
  expect(named(events, 'attempt.started').map(({ attempt }) => attempt)).toEqual([1, 1]);
  expect(named(events, 'attempt.finished').map(({ outcome }) => outcome)).toEqual([
    'rate-limited',
    'completed',
  ]);
  expect(stderr).toContain('no worker starts for 2 s');
});

test('at the limit of its budget a run starts nothing more, and says so', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'API-2' }, { id: 'API-3' }, { id: 'API-4' }]);
  const agent = `${WRITE_OWN_FILE}; echo '{"outcome":"COMPLETED","costUsd":1,"tokens":1000}' > "$SAGE_RESULT_FILE"`;
  const { exitCode, events, stderr } = await sandbox.stream(agent, '--max-cost=2.5');
  expect(exitCode).toBe(1);
  expect(events.at(-1)).toMatchObject({ outcome: 'finished', summary: { completed: 2, unprocessed: 2 } });
  expect(stderr).toContain(
    'the budget of $2.5 is reached: $2.00 used, about $1.00 an attempt; 2 tickets are left as they are, and would need about $2.00',
  );
  expect((await sandbox.stream(agent, '--max-tokens=5000')).exitCode).toBe(0);
  expect(Object.values(await sandbox.states())).toEqual(['COMPLETED', 'COMPLETED', 'COMPLETED', 'COMPLETED']);
});

test('a ticket is cut off in the middle when its agent reports more usage than allowed', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'API-2' }]);
  // As opencode prints its steps; the first ticket never ends by itself.
  const step = '{"type":"step_finish","part":{"tokens":{"input":900,"output":100},"cost":0.5}}';
  const agent = `echo '${step}'; ${WRITE_OWN_FILE}; test "$SAGE_TICKET_ID" = API-2 || { echo '${step}'; exec sleep 1000; }`;
  await sandbox.write(
    'sage.config.json',
    JSON.stringify({ agents: { mine: { command: agent, events: 'opencode' } } }),
  );
  await sandbox.sage('trust');
  sandbox.git('add', '--all');
  sandbox.git('commit', '--quiet', '--message=configuration');
  const { exitCode, events } = await sandbox.sage(
    'stream',
    '--auto',
    '--json',
    '--agent=mine',
    '--max-ticket-tokens=1500',
  );
  expect(exitCode).toBe(1);
  expect(named(events, 'ticket.deferred')).toMatchObject([
    {
      ticket: 'API-1',
      category: 'budget',
      reason: 'the ticket has used 2000 tokens of the 1500 it may',
      ref: 'refs/sage/deferred/API-1',
    },
  ]);
  expect(sandbox.landings().map(({ ticket }) => ticket)).toEqual(['API-2']);
});

test('--no-wait ends the run when the account is at its limit', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'API-2' }]);
  const { exitCode, events, stderr } = await sandbox.stream('exit 75', '--no-wait');
  expect(exitCode).toBe(1);
  expect(named(events, 'attempt.started')).toHaveLength(1);
  expect(events.at(-1)).toMatchObject({ outcome: 'finished', summary: { unprocessed: 2 } });
  expect(stderr).toContain('nothing more starts');
});

test('an agent that stops printing is ended at the idle limit', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  const { events } = await sandbox.stream(
    'echo begun; exec sleep 1000',
    '--idle-timeout=300ms',
    '--max-attempts=1',
  );
  expect(named(events, 'ticket.deferred')).toMatchObject([{ category: 'stalled' }]);
});

test('what an agent leaves running does not make a failure of its finished work', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  // Ending what is left takes longer than an attempt may.
  const leaves = `(trap '' TERM; exec sleep 1000) </dev/null >/dev/null 2>&1 & ${WRITE_OWN_FILE}`;
  const limits = ['--timeout=4s', '--idle-timeout=4s', '--max-attempts=1'];
  const { exitCode, events } = await sandbox.stream(leaves, ...limits);
  expect(exitCode).toBe(0);
  expect(named(events, 'attempt.finished')).toMatchObject([{ outcome: 'completed' }]);
});
