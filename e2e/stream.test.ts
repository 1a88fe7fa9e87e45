import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { named, Sandbox, type StreamEvent, WRITE_OWN_FILE } from './sandbox.ts';

const DIAMOND = [
  { id: 'API-1', priority: 'P1' },
  { id: 'API-2', dependencies: ['API-1'] },
  { id: 'API-3', dependencies: ['API-1'], priority: 'P0' },
  { id: 'API-4', dependencies: ['API-2', 'API-3'] },
];

const at = (events: readonly StreamEvent[], name: string, ticket: string) =>
  events.findIndex((event) => event.event === name && event.ticket === ticket);

test('a backlog lands on the current branch, in the order of its dependencies, one commit a ticket', async () => {
  const sandbox = await Sandbox.create(DIAMOND);
  const { exitCode, events, stderr } = await sandbox.stream(WRITE_OWN_FILE, '--parallel=2');
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  expect(events.at(-1)).toMatchObject({
    event: 'run.finished',
    summary: { completed: 4, deferred: 0, blocked: 0, unprocessed: 0 },
  });
  expect(events.every(({ v, run, time }) => v === 2 && run === events[0]?.run && time.endsWith('Z'))).toBe(
    true,
  );
  expect(named(events, 'run.forecast')[0]).toMatchObject({
    remaining: 3,
    expected: expect.stringMatching(/^\d{4}-.*Z$/),
  });
  expect(await sandbox.states()).toEqual({
    'API-1': 'COMPLETED',
    'API-2': 'COMPLETED',
    'API-3': 'COMPLETED',
    'API-4': 'COMPLETED',
  });

  const landings = sandbox.landings();
  expect(landings.map(({ ticket }) => ticket)).toHaveLength(4);
  expect(landings[0]?.ticket).toBe('API-1');
  expect(landings[3]?.ticket).toBe('API-4');
  for (const { ticket, commit } of landings) {
    // The state is in the commit of the code.
    const changed = sandbox.git('show', '--format=', '--name-only', commit).split('\n');
    expect(changed.toSorted()).toEqual(['.sage/tickets/index.json', `out/${ticket}.txt`]);
    expect(sandbox.git('log', '-1', '--format=%s', commit)).toBe(`feat(api): Title of ${ticket}`);
  }
  expect(sandbox.git('status', '--porcelain')).toBe('');
  expect(sandbox.git('rev-list', '--count', 'HEAD')).toBe('5');
  sandbox.git('fsck', '--strict');
});

test('a ticket starts after its dependencies are reported complete, from a base that contains them', async () => {
  const sandbox = await Sandbox.create(DIAMOND);
  const { events } = await sandbox.stream(WRITE_OWN_FILE, '--parallel=4');
  for (const { id, dependencies = [] } of DIAMOND) {
    const started = events[at(events, 'attempt.started', id)];
    for (const dependency of dependencies) {
      expect(at(events, 'ticket.completed', dependency)).toBeLessThan(at(events, 'attempt.started', id));
      const landed = events[at(events, 'landing.landed', dependency)]?.['commit'];
      sandbox.git('merge-base', '--is-ancestor', String(landed), String(started?.['base']));
    }
  }
});

test('on main the results land on a new branch, which is checked out with local changes kept', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }], { branch: 'main' });
  await sandbox.write('README.md', 'my edit\n');
  const { exitCode, stderr } = await sandbox.stream(WRITE_OWN_FILE);
  expect(exitCode).toBe(0);
  const branch = sandbox.git('branch', '--show-current');
  expect(branch).toMatch(/^sage\/\d{4}-\d\d-\d\d-[0-9a-f]+$/);
  expect(stderr).toContain(branch);
  expect(sandbox.git('rev-list', '--count', 'main')).toBe('1');
  expect(await sandbox.read('README.md')).toBe('my edit\n');
  expect(sandbox.git('status', '--porcelain')).toBe('M README.md');
});

test('--target lands on a branch that is not checked out, and reads its index', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'API-2' }], { branch: 'main' });
  sandbox.git('branch', 'feature');
  await sandbox.writeIndex([{ id: 'API-9' }]);
  sandbox.git('commit', '--quiet', '--all', '--message=other backlog');
  const { exitCode } = await sandbox.stream(WRITE_OWN_FILE, '--target', 'feature');
  expect(exitCode).toBe(0);
  expect(sandbox.landings('feature').map(({ ticket }) => ticket)).toEqual(['API-1', 'API-2']);
  expect(sandbox.git('branch', '--show-current')).toBe('main');
  expect(await sandbox.states()).toEqual({ 'API-9': 'UNPROCESSED' });
  expect(sandbox.git('status', '--porcelain')).toBe('');
});

test('--target main lands on main', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }], { branch: 'main' });
  expect((await sandbox.stream(WRITE_OWN_FILE, '--target=main')).exitCode).toBe(0);
  expect(sandbox.landings('main')).toHaveLength(1);
  expect(sandbox.git('status', '--porcelain')).toBe('');
});

test('a failing ticket is tried again, then deferred with its work kept, and what waits for it is blocked', async () => {
  const sandbox = await Sandbox.create([
    { id: 'API-1' },
    { id: 'API-2', dependencies: ['API-1'] },
    { id: 'API-3', dependencies: ['API-2'] },
    { id: 'API-4' },
  ]);
  const agent = `echo "$SAGE_ATTEMPT" > "$SAGE_TICKET_ID"; test "$SAGE_TICKET_ID" != API-1 || { echo broken; exit 3; }`;
  const { exitCode, events } = await sandbox.stream(agent, '--parallel=2');
  expect(exitCode).toBe(1);
  expect(
    named(events, 'attempt.started')
      .filter(({ ticket }) => ticket === 'API-1')
      .map(({ attempt }) => attempt),
  ).toEqual([1, 2]);
  expect(named(events, 'ticket.deferred')).toMatchObject([
    {
      ticket: 'API-1',
      category: 'agent_failed',
      reason: 'the agent ended with exit code 3',
      ref: 'refs/sage/deferred/API-1',
    },
  ]);
  expect(named(events, 'ticket.blocked').map(({ ticket, by }) => [ticket, by])).toEqual([
    ['API-2', ['API-1']],
    ['API-3', ['API-2', 'API-1']],
  ]);
  expect(events.at(-1)?.['summary']).toEqual({ completed: 1, deferred: 1, blocked: 2, unprocessed: 0 });
  expect(sandbox.git('show', 'refs/sage/deferred/API-1:API-1')).toBe('2');
  expect(await sandbox.states()).toMatchObject({
    'API-1': 'DEFERRED',
    'API-2': 'UNPROCESSED',
    'API-4': 'COMPLETED',
  });
  expect(sandbox.git('status', '--porcelain')).toBe('');
  const index = JSON.parse(await sandbox.read('.sage/tickets/index.json')) as {
    tickets: { defer_reason?: object }[];
  };
  expect(index.tickets[0]?.defer_reason).toMatchObject({ category: 'agent_failed', attempts: 2 });

  const again = await sandbox.stream(WRITE_OWN_FILE, '--only=API-1');
  expect(again.exitCode).toBe(0);
  expect(await sandbox.states()).toMatchObject({ 'API-1': 'COMPLETED', 'API-2': 'UNPROCESSED' });
});

test('a deferral that no landing carries is a commit of its own at the end', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  const { exitCode } = await sandbox.stream(
    'echo "**RESULT: DEFERRED waits for a key**"; echo tokens used: 12 >&2; echo x > x',
  );
  expect(exitCode).toBe(1);
  expect(sandbox.git('log', '-1', '--format=%s')).toMatch(/^chore\(tickets\): /);
  expect(sandbox.git('show', '--format=', '--name-only')).toBe('.sage/tickets/index.json');
  expect(sandbox.git('status', '--porcelain')).toBe('');
  expect(await sandbox.states()).toEqual({ 'API-1': 'DEFERRED' });
});

test('an agent that changes nothing defers its ticket', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  const { events } = await sandbox.stream('true');
  expect(named(events, 'ticket.deferred')).toMatchObject([{ category: 'no_changes', attempts: 1 }]);
});

test('an index that git does not track is written in place, byte for byte', async () => {
  const text =
    '{"tickets":[\r\n  {"id":"API-1", "state" : "UNPROCESSED","n":1.50e1},\r\n {"id":"API-2","state":"COMPLETED"}]}';
  const sandbox = await Sandbox.create(text, { tracked: false });
  expect((await sandbox.stream(WRITE_OWN_FILE)).exitCode).toBe(0);
  expect(await sandbox.read('.sage/tickets/index.json')).toBe(text.replace('UNPROCESSED', 'COMPLETED'));
  expect(sandbox.git('show', '--format=', '--name-only')).toBe('out/API-1.txt');
});

test('an epic is no work: it completes with its last child, which may name it as a dependency', async () => {
  const sandbox = await Sandbox.create([
    { id: 'API-1', type: 'epic', children: ['API-2', 'API-3'] },
    { id: 'API-2', parent: 'API-1', dependencies: ['API-1'] },
    { id: 'API-3', parent: 'API-1', dependencies: ['API-2'] },
    { id: 'API-4', dependencies: ['API-1'] },
  ]);
  const { exitCode, events } = await sandbox.stream(WRITE_OWN_FILE, '--parallel=3');
  expect(exitCode).toBe(0);
  expect(named(events, 'attempt.started').map(({ ticket }) => ticket)).toEqual(['API-2', 'API-3', 'API-4']);
  expect(named(events, 'ticket.completed').map(({ ticket }) => ticket)).toEqual([
    'API-2',
    'API-3',
    'API-1',
    'API-4',
  ]);
  expect(events.at(-1)?.['summary']).toMatchObject({ completed: 3 });
  const last = sandbox.landings().find(({ ticket }) => ticket === 'API-3')?.commit;
  expect(sandbox.git('show', `${last}:.sage/tickets/index.json`).match(/COMPLETED/g)).toHaveLength(3);
});

test('tickets that declare the same file do not run at the same time', async () => {
  const targetFiles = [{ path: 'src/a.ts' }];
  const sandbox = await Sandbox.create([
    { id: 'API-1', targetFiles },
    { id: 'API-2', targetFiles },
    { id: 'API-3', conflicts_with: ['API-1', 'API-2'] },
  ]);
  const { exitCode, events } = await sandbox.stream(
    'mkdir -p src && echo "$SAGE_TICKET_ID" >> src/a.ts',
    '--parallel=3',
  );
  expect(exitCode).toBe(0);
  expect(named(events, 'landing.conflicted')).toEqual([]);
});

test('tickets that probably conflict are started beside each other only for want of others', async () => {
  const description = 'Say more in README.md.';
  const sandbox = await Sandbox.create([
    { id: 'API-1', estimated_minutes: 30, description },
    { id: 'API-2', estimated_minutes: 29, description },
    { id: 'API-3', estimated_minutes: 28 },
  ]);
  const { exitCode, events } = await sandbox.stream(WRITE_OWN_FILE, '--parallel=2');
  expect(exitCode).toBe(0);
  const started = named(events, 'attempt.started').map(({ ticket }) => ticket);
  expect(new Set(started.slice(0, 2))).toEqual(new Set(['API-1', 'API-3']));
});

test('componentLimits: no more of a component than that run at the same time', async () => {
  const tickets = ['API-1', 'API-2', 'API-3', 'WEB-1'].map((id) => ({ id, component: id.slice(0, 3) }));
  const config = { componentLimits: { API: 1 } };
  const sandbox = await Sandbox.create(tickets, { files: { 'sage.config.json': JSON.stringify(config) } });
  const { stdout: plan } = await sandbox.sage('stream', '--auto', '--parallel=3', '--dry-run', '--json');
  expect(JSON.parse(plan)).toMatchObject({ batches: [['API-1', 'WEB-1'], ['API-2'], ['API-3']] });
  const told = await sandbox.sage('stream', '--auto', '--parallel=3', '--explain=API-2', '--json');
  expect(JSON.parse(told.stdout)).toMatchObject({ starts: { because: 'limit', ticket: 'API-1' } });
  const { exitCode, events } = await sandbox.stream(WRITE_OWN_FILE, '--parallel=3');
  expect(exitCode).toBe(0);
  for (const [before, after] of [['API-1', 'API-2'] as const, ['API-2', 'API-3'] as const])
    expect(at(events, 'attempt.started', after)).toBeGreaterThan(at(events, 'ticket.completed', before));
  expect(at(events, 'attempt.started', 'WEB-1')).toBeLessThan(at(events, 'attempt.started', 'API-2'));
});

test('ids of any kind run', async () => {
  const ids = [
    '__proto__',
    'constructor',
    '-rf',
    '..',
    'a/b',
    'a b',
    '--help',
    'x\u0001y',
    'line\nbreak',
    '$(touch pwned)',
    'größe-1',
    'A'.repeat(300),
    '.lock',
    'refs/heads/x',
    '~^:?*[',
  ];
  const sandbox = await Sandbox.create(ids.map((id) => ({ id })));
  const { exitCode, events } = await sandbox.stream(
    'printf %s "$SAGE_TICKET_ID" > "file-$(printf %s "$SAGE_TICKET_ID" | cksum | tr " " -)"',
    '--parallel=3',
  );
  expect(events.at(-1)?.['summary']).toEqual({
    completed: ids.length,
    deferred: 0,
    blocked: 0,
    unprocessed: 0,
  });
  expect(exitCode).toBe(0);
  expect(Object.values(await sandbox.states()).every((state) => state === 'COMPLETED')).toBe(true);
  expect(sandbox.git('ls-files')).not.toContain('pwned');
  await expect(stat(join(sandbox.root, 'pwned'))).rejects.toThrow('ENOENT');
  sandbox.git('fsck', '--strict');
});

test('what Sage writes is kept out of git, and nothing of it is left but the runs', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  await sandbox.stream(WRITE_OWN_FILE);
  expect(sandbox.git('status', '--porcelain', '--untracked-files=all')).toBe('');
  expect(await readFile(join(sandbox.root, '.git/info/exclude'), 'utf8')).toContain('/.sage/runs/');
  expect(await sandbox.worktrees()).toEqual([]);
  expect(sandbox.git('for-each-ref', 'refs/sage')).toBe('');
  expect(sandbox.git('worktree', 'list').split('\n')).toHaveLength(1);
});

test('with nothing to do nothing is made, not even a branch', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1', state: 'COMPLETED' }], { branch: 'main' });
  const { exitCode, events } = await sandbox.stream('exit 1');
  expect(exitCode).toBe(0);
  expect(events).toMatchObject([
    { event: 'run.finished', summary: { completed: 0, deferred: 0, blocked: 0, unprocessed: 0 } },
  ]);
  expect(sandbox.git('branch', '--show-current')).toBe('main');
});

test('--component takes only its tickets; one outside blocks', async () => {
  const sandbox = await Sandbox.create([
    { id: 'API-1' },
    { id: 'WEB-1', component: 'web' },
    { id: 'API-2', dependencies: ['WEB-1'] },
  ]);
  const { exitCode, events } = await sandbox.stream(WRITE_OWN_FILE, '--component=API');
  expect(exitCode).toBe(1);
  expect(sandbox.landings().map(({ ticket }) => ticket)).toEqual(['API-1']);
  expect(named(events, 'ticket.blocked')).toMatchObject([{ ticket: 'API-2', by: ['WEB-1'] }]);
});

test('an unborn git object gets the landed commit with the next commit', async () => {
  const sandbox = await Sandbox.create([
    { id: 'API-1', git: { branch: null, commits: [] }, state_history: [] },
  ]);
  await sandbox.stream(WRITE_OWN_FILE);
  const landed = sandbox.landings()[0]?.commit;
  const { tickets } = JSON.parse(await sandbox.read('.sage/tickets/index.json')) as {
    tickets: { git: { commits: string[] }; state_history: { state: string }[] }[];
  };
  expect(tickets[0]?.git.commits).toEqual([landed]);
  expect(tickets[0]?.state_history).toMatchObject([{ state: 'COMPLETED' }]);
  expect(sandbox.git('status', '--porcelain')).toBe('');
});
