import { access, rename, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Follow } from './follow.ts';
import { gated, landed, open } from './gates.ts';
import { indexText, named, Sandbox, type TicketInput, WRITE_OWN_FILE } from './sandbox.ts';

const INDEX = '.sage/tickets/index.json';

/** Changes the index as an editor does. */
async function edit(
  sandbox: Sandbox,
  change: (tickets: TicketInput[]) => readonly TicketInput[] | void,
): Promise<void> {
  const { tickets } = JSON.parse(await sandbox.read(INDEX)) as { tickets: TicketInput[] };
  await save(sandbox, indexText(change(tickets) ?? tickets));
}

async function save(sandbox: Sandbox, text: string): Promise<void> {
  await sandbox.write('.sage/tickets/new.json', text);
  await rename(join(sandbox.root, '.sage/tickets/new.json'), join(sandbox.root, INDEX));
}

test('a ticket that is added while a run works lands in the same run', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  const run = Follow.stream(sandbox, gated(sandbox));
  await run.event('attempt.started', 'API-1');
  await edit(sandbox, (tickets) => [...tickets, { id: 'API-2', dependencies: ['API-1'] }, { id: 'API-3' }]);
  expect(await run.event('tickets.added')).toMatchObject({ v: 2, tickets: ['API-2', 'API-3'] });
  await open(sandbox, 'API-1', 'API-2', 'API-3');
  const { exitCode, events } = await run.end();
  expect(exitCode).toBe(0);
  expect(events.at(-1)).toMatchObject({ summary: { completed: 3, deferred: 0, blocked: 0, unprocessed: 0 } });
  expect(landed(sandbox).toSorted()).toEqual(['API-1', 'API-2', 'API-3']);
  expect(Object.values(await sandbox.states())).toEqual(['COMPLETED', 'COMPLETED', 'COMPLETED']);
  // Sage's own edits at landings are not reported.
  expect(named(events, 'tickets.added')).toHaveLength(1);
  expect(named(events, 'tickets.withdrawn')).toEqual([]);
});

test('the last agent of a run may add what comes after it', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }], { tracked: false });
  await sandbox.write('../next.json', indexText([{ id: 'API-1' }, { id: 'API-2' }]));
  const plan = `test "$SAGE_TICKET_ID" = API-2 || cp '${sandbox.root}/../next.json' '${sandbox.root}/${INDEX}'`;
  const { exitCode, events } = await sandbox.stream(`${plan}; ${WRITE_OWN_FILE}`);
  expect(exitCode).toBe(0);
  expect(named(events, 'ticket.completed').map(({ ticket }) => ticket)).toEqual(['API-1', 'API-2']);
  expect(await sandbox.states()).toEqual({ 'API-1': 'COMPLETED', 'API-2': 'COMPLETED' });
});

test('a broken edit is reported once, and the next sound one is taken', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'API-2' }]);
  const run = Follow.stream(sandbox, gated(sandbox));
  await run.event('attempt.started', 'API-1');
  await save(sandbox, '{"tickets": [{"id": "API-');
  await run.notice('the run continues with the last version');
  await utimes(join(sandbox.root, INDEX), 1, 1);
  await open(sandbox, 'API-1');
  await run.event('attempt.started', 'API-2');
  await save(
    sandbox,
    indexText([
      { id: 'API-1', dependencies: ['API-2'] },
      { id: 'API-2', dependencies: ['API-1'] },
    ]),
  );
  await run.notice('circular dependency');
  await save(sandbox, indexText([{ id: 'API-1' }, { id: 'API-2' }, { id: 'API-3' }]));
  await run.event('tickets.added');
  await open(sandbox, 'API-2', 'API-3');
  const { exitCode, notices } = await run.end();
  expect(exitCode).toBe(0);
  expect(notices.match(/continues with the last version/g)).toHaveLength(2);
  expect(landed(sandbox)).toEqual(['API-1', 'API-2', 'API-3']);
  expect(Object.values(await sandbox.states())).toEqual(['COMPLETED', 'COMPLETED', 'COMPLETED']);
});

test('a run ends though the index is still broken', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  const run = Follow.stream(sandbox, gated(sandbox));
  await run.event('attempt.started', 'API-1');
  await edit(sandbox, ([first]) => void (first!['title'] = 'Another title'));
  await run.notice('API-1 is running');
  await save(sandbox, '{');
  await run.notice('the run continues with the last version');
  await open(sandbox, 'API-1');
  expect((await run.end()).exitCode).toBe(0);
  expect(landed(sandbox)).toEqual(['API-1']);
  expect(await sandbox.read(INDEX)).toBe('{');
});

test('an index that git does not track may be broken while work lands: its states are written later', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'API-2' }], { tracked: false });
  const run = Follow.stream(sandbox, gated(sandbox));
  await run.event('attempt.started', 'API-1');
  await save(sandbox, '{');
  await open(sandbox, 'API-1');
  await run.event('ticket.completed', 'API-1');
  await save(sandbox, indexText([{ id: 'API-1' }, { id: 'API-2' }]));
  await open(sandbox, 'API-2');
  expect((await run.end()).exitCode).toBe(0);
  expect(await sandbox.states()).toEqual({ 'API-1': 'COMPLETED', 'API-2': 'COMPLETED' });
});

test('a ticket that is put off or taken out does not start any more; one at work goes on', async () => {
  const sandbox = await Sandbox.create([
    { id: 'API-1', priority: 'P0' },
    { id: 'API-2' },
    { id: 'API-3', dependencies: ['API-2'] },
    { id: 'API-4' },
  ]);
  const run = Follow.stream(sandbox, gated(sandbox));
  await run.event('attempt.started', 'API-1');
  await edit(sandbox, (tickets) => {
    for (const ticket of tickets.slice(0, 2)) ticket.state = 'DEFERRED';
    return tickets.slice(0, 3);
  });
  expect(await run.event('tickets.withdrawn')).toMatchObject({ tickets: ['API-2', 'API-4'] });
  await open(sandbox, 'API-1');
  const { exitCode, events, notices } = await run.end();
  expect(exitCode).toBe(1);
  expect(notices).toContain('API-1 is running');
  expect(named(events, 'attempt.started').map(({ ticket }) => ticket)).toEqual(['API-1']);
  expect(named(events, 'ticket.blocked')).toMatchObject([{ ticket: 'API-3', by: ['API-2'] }]);
  expect(events.at(-1)).toMatchObject({ summary: { completed: 1, deferred: 0, blocked: 1, unprocessed: 0 } });
  expect(await sandbox.states()).toEqual({
    'API-1': 'COMPLETED',
    'API-2': 'DEFERRED',
    'API-3': 'UNPROCESSED',
  });
});

test('what somebody has done by hand is not done again, and an epic ends with the children it is left with', async () => {
  const sandbox = await Sandbox.create([
    { id: 'API-1', priority: 'P0' },
    { id: 'API-2' },
    { id: 'API-3', dependencies: ['API-2'] },
    { id: 'API-4', parent: 'EPIC' },
    { id: 'EPIC', type: 'epic', children: ['API-4'] },
    { id: 'API-5', dependencies: ['EPIC'] },
  ]);
  const run = Follow.stream(sandbox, gated(sandbox));
  await run.event('attempt.started', 'API-1');
  await edit(sandbox, (tickets) => {
    tickets[1]!.state = 'COMPLETED';
    Object.assign(tickets[3]!, { state: 'COMPLETED' });
  });
  expect(await run.event('tickets.withdrawn')).toMatchObject({ tickets: ['API-2', 'API-4'] });
  await run.event('ticket.completed', 'EPIC');
  await open(sandbox, 'API-1', 'API-3', 'API-5');
  const { exitCode, events } = await run.end();
  expect(exitCode).toBe(0);
  expect(events.at(-1)).toMatchObject({ summary: { completed: 3, unprocessed: 0 } });
  expect(landed(sandbox)).toEqual(['API-1', 'API-3', 'API-5']);
  expect(new Set(Object.values(await sandbox.states()))).toEqual(new Set(['COMPLETED']));
});

test('a ticket that is put off while it works is not tried again', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'API-2' }]);
  const run = Follow.stream(sandbox, `${gated(sandbox)}; test "$SAGE_TICKET_ID" = API-2`);
  await run.event('attempt.started', 'API-1');
  await edit(sandbox, ([first]) => void (first!.state = 'DEFERRED'));
  await run.notice('API-1 is running');
  await open(sandbox, 'API-1', 'API-2');
  const { exitCode, events } = await run.end();
  expect(exitCode).toBe(0);
  expect(named(events, 'tickets.withdrawn')).toMatchObject([{ tickets: ['API-1'] }]);
  expect(named(events, 'attempt.started').map(({ ticket }) => ticket)).toEqual(['API-1', 'API-2']);
});

test('what a ticket says, and what it waits for, counts as it is when it starts', async () => {
  const sandbox = await Sandbox.create([
    { id: 'API-1' },
    { id: 'API-2', priority: 'P0', dependencies: ['API-1'] },
    { id: 'API-3' },
  ]);
  const run = Follow.stream(sandbox, gated(sandbox));
  await run.event('attempt.started', 'API-1');
  await edit(
    sandbox,
    ([, second]) => void Object.assign(second!, { title: 'Another title', dependencies: ['API-1', 'API-3'] }),
  );
  await run.notice('changed in the index: API-2');
  await open(sandbox, 'API-1', 'API-2', 'API-3');
  const { exitCode, events } = await run.end();
  expect(exitCode).toBe(0);
  expect(landed(sandbox)).toEqual(['API-1', 'API-3', 'API-2']);
  expect(named(events, 'attempt.started').at(-1)).toMatchObject({ ticket: 'API-2', title: 'Another title' });
  expect(sandbox.git('log', '-1', '--format=%s')).toContain('Another title');
});

test('a save that puts old states back lands nothing twice, and is corrected', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'API-2' }]);
  const run = Follow.stream(sandbox, gated(sandbox));
  await run.event('attempt.started', 'API-1');
  const old = await sandbox.read(INDEX);
  await open(sandbox, 'API-1');
  await run.event('ticket.completed', 'API-1');
  await save(sandbox, old.replace('Title of API-2', 'Another title'));
  await run.notice('API-2 is running');
  await open(sandbox, 'API-2');
  expect((await run.end()).exitCode).toBe(0);
  expect(landed(sandbox)).toEqual(['API-1', 'API-2']);
  expect(await sandbox.states()).toEqual({ 'API-1': 'COMPLETED', 'API-2': 'COMPLETED' });
});

test('kill -9 after an addition: the next run lands each ticket once', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'API-2' }]);
  const run = Follow.stream(sandbox, gated(sandbox));
  await open(sandbox, 'API-1');
  await run.event('attempt.started', 'API-2');
  await edit(sandbox, (tickets) => [...tickets, { id: 'API-3', dependencies: ['API-2'] }]);
  await run.event('tickets.added');
  await run.kill('SIGKILL');
  const { exitCode, events } = await sandbox.stream(WRITE_OWN_FILE);
  expect(exitCode).toBe(0);
  expect(events[0]).toMatchObject({ event: 'run.started', resumed: true });
  expect(events.at(-1)).toMatchObject({ summary: { completed: 3, unprocessed: 0 } });
  expect(landed(sandbox).toSorted()).toEqual(['API-1', 'API-2', 'API-3']);
});

test('with --target the index of that branch is followed, and the one of the checkout is not', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  sandbox.git('branch', 'other');
  const run = Follow.stream(sandbox, gated(sandbox), '--target=other');
  await run.event('attempt.started', 'API-1');
  await edit(sandbox, (tickets) => [...tickets, { id: 'API-9' }]);
  const worktree = join(sandbox.root, '../other');
  sandbox.git('worktree', 'add', '--quiet', worktree, 'other');
  await sandbox.write(`../other/${INDEX}`, indexText([{ id: 'API-1' }, { id: 'API-2' }]));
  sandbox.git('-C', worktree, 'commit', '--quiet', '--all', '--message=more');
  expect(await run.event('tickets.added')).toMatchObject({ tickets: ['API-2'] });
  await open(sandbox, 'API-1', 'API-2');
  expect((await run.end()).exitCode).toBe(0);
  expect(sandbox.landings('other').map(({ ticket }) => ticket)).toEqual(['API-1', 'API-2']);
  await access(join(worktree, 'out/API-2.txt'));
});

test('when another branch is checked out meanwhile, its index is not taken for an edit', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1', priority: 'P0' }, { id: 'API-2' }]);
  sandbox.git('switch', '--quiet', '--create', 'other');
  await sandbox.writeIndex([{ id: 'API-2', state: 'COMPLETED' }, { id: 'API-9' }]);
  sandbox.git('commit', '--quiet', '--all', '--message=other');
  sandbox.git('switch', '--quiet', 'work');
  const run = Follow.stream(sandbox, gated(sandbox));
  await run.event('attempt.started', 'API-1');
  sandbox.git('switch', '--quiet', 'other');
  const worktree = join(sandbox.root, '../linked');
  sandbox.git('worktree', 'add', '--quiet', worktree, 'work');
  await sandbox.write(`../linked/${INDEX}`, indexText([{ id: 'API-1' }, { id: 'API-2' }, { id: 'API-3' }]));
  sandbox.git('-C', worktree, 'commit', '--quiet', '--all', '--message=more');
  expect(await run.event('tickets.added')).toMatchObject({ tickets: ['API-3'] });
  await open(sandbox, 'API-1', 'API-2', 'API-3');
  const { exitCode, events } = await run.end();
  expect(exitCode).toBe(0);
  expect(named(events, 'tickets.withdrawn')).toEqual([]);
  expect(sandbox.landings('work').map(({ ticket }) => ticket)).toEqual(['API-1', 'API-2', 'API-3']);
  expect(await sandbox.states()).toEqual({ 'API-2': 'COMPLETED', 'API-9': 'UNPROCESSED' });
});
