import { expect, test } from 'vitest';
import { Follow } from './follow.ts';
import { gated, landed, open } from './gates.ts';
import { named, Sandbox, type StreamEvent, WRITE_OWN_FILE } from './sandbox.ts';

const started = (events: readonly StreamEvent[]) =>
  named(events, 'attempt.started').map(({ ticket }) => ticket);

test('a paused run starts nothing, lands what is finished, and goes on when it is resumed', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'API-2', dependencies: ['API-1'] }]);
  const run = Follow.stream(sandbox, gated(sandbox));
  await run.event('attempt.started', 'API-1');
  const paused = await sandbox.sage('pause');
  expect(paused).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^run \S+ is paused: nothing new starts$/),
  });
  await run.event('run.paused');
  await open(sandbox, 'API-1', 'API-2');
  await run.event('ticket.completed', 'API-1');
  // It has looked again since, with a free worker and a ticket that is ready.
  expect(await sandbox.sage('workers', '2')).toMatchObject({ exitCode: 0 });
  expect(started(run.events)).toEqual(['API-1']);
  const { stdout } = await sandbox.start(['resume', '--json']);
  expect(JSON.parse(stdout)).toEqual({
    v: 2,
    run: run.events[0]?.run,
    paused: false,
    workers: 2,
    acknowledged: true,
  });
  const { exitCode, events } = await run.end();
  expect(exitCode).toBe(0);
  const order = events.map(({ event, ticket }) => `${event} ${ticket ?? ''}`.trim());
  expect(order.indexOf('run.resumed')).toBeLessThan(order.indexOf('attempt.started API-2'));
  expect(landed(sandbox)).toEqual(['API-1', 'API-2']);
});

test('a paused run with nothing at work waits; Ctrl-C ends it, and the next one is not paused', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'API-2' }]);
  const run = Follow.stream(sandbox, gated(sandbox), '--parallel=1');
  await run.event('attempt.started', 'API-1');
  await sandbox.sage('pause');
  await open(sandbox, 'API-1', 'API-2');
  await run.event('ticket.completed', 'API-1');
  await sandbox.sage('workers', '2');
  await run.event('run.workers');
  await run.kill('SIGINT');
  const { exitCode, events } = await run.end();
  expect(exitCode).toBe(130);
  expect(events.at(-1)).toMatchObject({ outcome: 'interrupted', summary: { completed: 1, unprocessed: 1 } });
  const resumed = await sandbox.stream(WRITE_OWN_FILE);
  expect(resumed.exitCode).toBe(0);
  expect(resumed.events[0]).toMatchObject({ resumed: true, workers: 1 });
  expect(named(resumed.events, 'run.paused')).toEqual([]);
  expect(landed(sandbox)).toEqual(['API-1', 'API-2']);
});

test('the number of workers grows and shrinks while they work', async () => {
  const ids = ['API-1', 'API-2', 'API-3', 'API-4', 'API-5'];
  const sandbox = await Sandbox.create(ids.map((id) => ({ id })));
  const run = Follow.stream(sandbox, gated(sandbox));
  await run.event('attempt.started', 'API-1');
  expect(await sandbox.sage('workers', '3')).toMatchObject({ exitCode: 0 });
  for (const id of ['API-2', 'API-3']) await run.event('attempt.started', id);
  expect(named(run.events, 'attempt.finished')).toEqual([]);
  expect(new Set(named(run.events, 'attempt.started').map(({ worker }) => worker))).toEqual(
    new Set([1, 2, 3]),
  );
  expect(await sandbox.sage('workers', '1')).toMatchObject({ exitCode: 0 });
  await open(sandbox, 'API-1', 'API-2');
  await run.event('ticket.completed', 'API-1');
  await run.event('ticket.completed', 'API-2');
  expect(new Set(started(run.events))).toEqual(new Set(['API-1', 'API-2', 'API-3']));
  await open(sandbox, 'API-3', 'API-4', 'API-5');
  const { exitCode, events } = await run.end();
  expect(exitCode).toBe(0);
  expect(named(events, 'run.workers').map(({ workers }) => workers)).toEqual([3, 1]);
  expect(landed(sandbox)).toHaveLength(5);
});

test('a control file that is no good is ignored, and the next good one is applied', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'API-2' }]);
  const run = Follow.stream(sandbox, gated(sandbox));
  const { run: id } = await run.event('attempt.started', 'API-1');
  await sandbox.write(`.sage/runs/${id}/control.json`, '{"v":1,"paused":"no","workers":-3}');
  await run.notice('control.json is ignored');
  expect(await sandbox.sage('workers', '2')).toMatchObject({ exitCode: 0 });
  await run.event('attempt.started', 'API-2');
  await open(sandbox, 'API-1', 'API-2');
  expect((await run.end()).exitCode).toBe(0);
});

test('without a running run, and for an invalid number, there is one line and exit code 2', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  for (const args of [['pause'], ['resume'], ['workers', '2']]) {
    const { exitCode, stdout, stderr } = await sandbox.sage(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toBe('ERROR: no run works in this repository: start one with sage stream --auto');
  }
  await sandbox.stream(WRITE_OWN_FILE);
  expect((await sandbox.sage('pause')).exitCode).toBe(2);
  for (const count of ['0', 'x', '1.5', '-1']) {
    const { exitCode, stderr } = await sandbox.sage('workers', '--', count);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('is not a number of workers');
  }
});

test('sage stop ends an agent, whose ticket is tried again; sage skip leaves a ticket for another run', async () => {
  const waits = { id: 'API-3', dependencies: ['API-1'] };
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'API-2' }, waits]);
  const run = Follow.stream(sandbox, gated(sandbox), '--parallel=2');
  await run.event('attempt.started', 'API-2');
  expect(await sandbox.sage('stop', 'API-1')).toMatchObject({
    exitCode: 0,
    stdout: 'the agent of API-1 is stopped: the attempt has failed',
  });
  expect(await run.event('attempt.finished', 'API-1')).toMatchObject({
    outcome: 'failed',
    reason: 'you stopped the agent',
  });
  const skipped = await sandbox.start(['skip', 'API-2', '--json']);
  expect(JSON.parse(skipped.stdout)).toMatchObject({
    v: 1,
    ticket: 'API-2',
    action: 'skip',
    acknowledged: true,
  });
  await sandbox.sage('skip', 'API-3');
  expect(await sandbox.sage('stop', 'API-3')).toMatchObject({
    exitCode: 2,
    stderr: 'ERROR: no agent works on API-3 now: sage skip API-3 leaves it for another run',
  });
  expect((await sandbox.sage('skip', 'API-33')).stderr).toContain('did you mean "API-3"?');
  await open(sandbox, 'API-1');
  const { exitCode, events } = await run.end();
  expect(exitCode).toBe(1);
  expect(landed(sandbox)).toEqual(['API-1']);
  expect(events.at(-1)).toMatchObject({ outcome: 'finished', summary: { completed: 1, unprocessed: 2 } });
  expect((await sandbox.sage('skip', 'API-2')).stderr).toContain('no run works in this repository');
});
