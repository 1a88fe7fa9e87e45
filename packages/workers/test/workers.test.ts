import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openWorkers } from '../src/index.ts';
import { listProcesses } from '../src/process/process-table.ts';
import { killedInAttempt } from './killed-attempt.ts';
import { repositoryFixture } from './repository.ts';

test('what an agent leaves, committed or not, becomes commits on the base', async () => {
  const { workers, request, git, base, cache } = await repositoryFixture({
    'a.txt': 'a\n',
    'gone.txt': 'x\n',
  });
  const room = await workers(
    'git config user.name x; git config user.email x@x; echo 1 > new.txt; git add new.txt; git commit -qm mine; git checkout -qb other; echo b >> a.txt; rm gone.txt',
  );
  const result = await room.run(request('API-1'));
  expect(result).toMatchObject({
    outcome: 'completed',
    exitCode: 0,
    changedFiles: ['a.txt', 'gone.txt', 'new.txt'],
  });
  await room.keep('API-1', result.commit ?? '', 'deferred');
  expect(git('log', '--format=%an: %s', `${base}..refs/sage/deferred/API-1`)).toBe(
    'Una User: feat(api): API-1\nx: mine',
  );
  expect(git('status', '--porcelain', '--untracked-files=no')).toBe('');
  await room.close();
  expect(await readdir(cache)).toEqual([]);
  expect(git('for-each-ref', 'refs/sage/attempts')).toBe('');
});

test('the agent gets its prompt on stdin and its ticket in the environment, and no git variables', async () => {
  const { workers, request, repository, git: gitOf } = await repositoryFixture();
  const room = await workers(
    'cat > prompt; cat "$SAGE_TICKET_FILE" > ticket; env > environment; test -f "$SAGE_PROMPT_FILE"',
    60_000,
    { variables: { ...process.env, GIT_DIR: '/nowhere' } },
  );
  const { commit, outputFile } = await room.run(
    request('API-2', {
      ticket: { id: 'API-2', title: 'T', type: 'task', component: 'api', raw: { id: 'API-2', odd: 1 } },
    }),
  );
  const show = (path: string) => gitOf('show', `${commit}:${path}`);
  expect(show('prompt')).toContain('# Ticket API-2: T');
  expect(JSON.parse(show('ticket'))).toEqual({ id: 'API-2', odd: 1 });
  const environment = show('environment');
  expect(environment).toMatch(/^SAGE_TICKET_ID=API-2$/m);
  expect(environment).toMatch(/^SAGE_WORKER_ID=1$/m);
  expect(environment).toMatch(/^SAGE_ATTEMPT=1$/m);
  expect(environment).not.toMatch(/^GIT_DIR=/m);
  expect(outputFile.startsWith(join(repository.root, '.sage/runs'))).toBe(true);
});

test('an agent that changes nothing is deferred, whatever it says', async () => {
  const { workers, request } = await repositoryFixture();
  const room = await workers('echo \'{"outcome":"COMPLETED","summary":"all done"}\' > "$SAGE_RESULT_FILE"');
  expect(await room.run(request('API-3'))).toMatchObject({
    outcome: 'deferred',
    category: 'no_changes',
    summary: 'all done',
  });
});

test('changes of the ticket index are not taken', async () => {
  const { workers, request } = await repositoryFixture({ '.sage/tickets/index.json': '{}\n' });
  const room = await workers('echo tampered > .sage/tickets/index.json; echo x > work');
  expect(await room.run(request('API-4'))).toMatchObject({ outcome: 'completed', changedFiles: ['work'] });
  const only = await workers('rm -r .sage');
  expect(await only.run(request('API-4'))).toMatchObject({ outcome: 'deferred', category: 'no_changes' });
});

test('three workers run at the same time, each in its own worktree', async () => {
  const { workers, request, repository } = await repositoryFixture();
  // Each waits until it has seen the other two: only possible when all three run.
  const meeting = join(repository.root, 'meeting');
  const room = await workers(
    `mkdir -p '${meeting}'; touch '${meeting}'/$SAGE_WORKER_ID; while [ $(ls '${meeting}' | wc -l) -lt 3 ]; do sleep 0.02; done; pwd > where`,
  );
  const results = await Promise.all(
    [1, 2, 3].map((worker) => room.run(request(`API-${worker}`, { worker }))),
  );
  expect(results.map(({ outcome }) => outcome)).toEqual(['completed', 'completed', 'completed']);
  expect(new Set(results.map(({ commit }) => commit)).size).toBe(3);
});

test('a worker killed from outside has failed, and the others go on', async () => {
  const { workers, request } = await repositoryFixture();
  const room = await workers('echo part > part; if [ $SAGE_WORKER_ID = 1 ]; then kill -9 $$; fi');
  const [killed, other] = await Promise.all([
    room.run(request('API-5')),
    room.run(request('API-6', { worker: 2 })),
  ]);
  expect(killed).toMatchObject({
    outcome: 'failed',
    category: 'agent_failed',
    reason: 'the agent was killed by SIGKILL',
    changedFiles: ['part'],
  });
  expect(killed.commit).toMatch(/^[0-9a-f]{40}$/);
  expect(other).toMatchObject({ outcome: 'completed' });
});

test('nothing that an agent started outlives it, not even in a session of its own', async () => {
  const { workers, request } = await repositoryFixture();
  const room = await workers('setsid sleep 1000 & (trap "" TERM; exec sleep 1001) & echo x > x');
  const order = request('API-7');
  expect(await room.run(order)).toMatchObject({ outcome: 'completed' });
  const left = (await listProcesses()).filter(({ environment }) =>
    environment.includes(`SAGE_RUN_ID=${order.run}`),
  );
  expect(left).toEqual([]);
});

test('what is forked at the last instant is found while it is still starting its program', async () => {
  const { workers, request } = await repositoryFixture();
  const room = await workers('for n in 1 2 3 4 5 6 7 8 9 10 11 12; do setsid sleep 1000 & done; echo x > x');
  const orders = [1, 2, 3, 4].map((worker) => request(`API-${'7'.repeat(worker)}`, { worker }));
  await Promise.all(orders.map((order) => room.run(order)));
  const left = (await listProcesses()).filter(({ environment }) =>
    orders.some(({ run }) => environment.includes(`SAGE_RUN_ID=${run}`)),
  );
  expect(left).toEqual([]);
});

test('the time limit ends an agent that goes on', async () => {
  const { workers, request } = await repositoryFixture();
  const room = await workers('echo begun > begun; sleep 1000', 200);
  expect(await room.run(request('API-8'))).toMatchObject({ outcome: 'failed', category: 'timeout' });
});

test('an agent that has stopped printing anything is ended', async () => {
  const { repository, request } = await repositoryFixture();
  const agent = { name: 'test', command: 'echo begun; echo x > x; exec sleep 1000', metered: false };
  const room = await openWorkers({ repository, agent, timeout: 60_000, idleTimeout: 200 });
  expect(await room.run(request('API-8'))).toMatchObject({
    outcome: 'failed',
    category: 'stalled',
    changedFiles: ['x'],
  });
});

test('an interrupted attempt keeps what was done and is no failure', async () => {
  const { workers, request, repository } = await repositoryFixture();
  const room = await workers('echo begun > begun; echo ready; sleep 1000');
  const controller = new AbortController();
  const order = request('API-9');
  const running = room.run(order, { signal: controller.signal });
  const output = join(repository.root, '.sage/runs', order.run, 'API-9/1/output.log');
  while (!existsSync(output) || !(await readFile(output, 'utf8')).includes('ready'))
    await new Promise(setImmediate);
  controller.abort();
  expect(await running).toMatchObject({ outcome: 'interrupted', changedFiles: ['begun'] });
});

test('a worktree that the agent removed is an attempt without a result, not an error', async () => {
  const { workers, request } = await repositoryFixture();
  const room = await workers('rm -rf "$PWD"');
  expect(await room.run(request('API-10'))).toMatchObject({ outcome: 'deferred', category: 'no_changes' });
  const again = await workers('echo x > x');
  expect(await again.run(request('API-10'))).toMatchObject({ outcome: 'completed' });
});

test('an agent finds no repository of the user where it broke its own', async () => {
  const { workers, request, git } = await repositoryFixture();
  const room = await workers(
    'rm -rf .git; git commit -qm hijack --allow-empty; git rev-parse --show-toplevel; echo x > x',
  );
  const { outcome, outputFile } = await room.run(request('API-11'));
  expect(outcome).toBe('completed');
  expect(await readFile(outputFile, 'utf8')).toContain('not a git repository');
  expect(git('log', '--format=%s')).toBe('first');
});

test("settings that an agent writes into the user's git are not used, not even its own filters", async () => {
  const { workers, request, git, repository } = await repositoryFixture({ 'a.txt': 'a\n' });
  git('config', 'filter.keep.clean', 'tr a-z A-Z');
  const evil = join(repository.root, '.sage/evil-ran');
  const room = await workers(
    `echo '* filter=evil' > .gitattributes; printf '[filter "evil"]\\n\\tclean = touch ${evil}\\n' >> '${repository.root}/.git/config'; echo x > work; echo 'b.txt filter=keep' >> .gitattributes; echo kept > b.txt`,
  );
  const first = await room.run(request('API-1'));
  const second = await room.run(request('API-2'));
  expect(first).toMatchObject({ outcome: 'completed', changedFiles: ['.gitattributes', 'b.txt', 'work'] });
  expect(second.outcome).toBe('completed');
  expect(existsSync(evil)).toBe(false);
  await room.keep('API-1', first.commit ?? '', 'deferred');
  expect(git('show', 'refs/sage/deferred/API-1:b.txt')).toBe('KEPT');
  expect(await room.changedSettings()).toEqual(['.git/config']);
});

test('a check runs on exactly the commit that is asked about', async () => {
  const { workers, base, git } = await repositoryFixture();
  const room = await workers('true');
  git('commit', '--quiet', '--allow-empty', '--message=second');
  const second = git('rev-parse', 'HEAD');
  for (const commit of [base, second, base]) {
    const command = `test "$(git rev-parse HEAD)" = ${commit} && grep -q hello README.md`;
    expect(await room.check({ run: 'check', command, commit })).toMatchObject({ ok: true, output: '' });
  }
  const other = `test "$(git rev-parse HEAD)" = ${second} || { echo another commit; exit 3; }`;
  expect(await room.check({ run: 'check', command: other, commit: base })).toMatchObject({
    ok: false,
    output: 'another commit',
  });
});

test('a check that hangs is ended at its limit, and told with its last lines', async () => {
  const { workers, base } = await repositoryFixture();
  const room = await workers('true');
  const check = { run: 'check-hung', command: 'echo begun; sleep 1000', commit: base, timeout: 300 };
  expect(await room.check(check)).toMatchObject({
    ok: false,
    output: expect.stringMatching(/^begun\n\(it took longer than .*ended\)$/),
  });
});

test('what a killed coordinator left is ended and kept', async () => {
  const { workers, request, git, repository, cache } = await repositoryFixture();
  const order = request('API-12');
  await killedInAttempt(repository, cache, 'echo half > half; echo ready; sleep 1000', order);

  const next = await workers('true');
  const cutOff = { ticket: 'API-12', base: order.base, message: 'feat: half' };
  const recovered = await next.recover(order.run, [cutOff]);
  expect(recovered.ended).toBeGreaterThan(0);
  expect(recovered.kept).toEqual(['refs/sage/interrupted/API-12']);
  expect(git('show', 'refs/sage/interrupted/API-12:half')).toBe('half');
  expect(await readdir(cache)).toEqual([]);
});

test('the output of an attempt is found by its name, also while it is missing', async () => {
  const { workers, request } = await repositoryFixture();
  const room = await workers('echo one; echo two; echo x > x');
  const order = request('API/13', { attempt: 2 });
  const log = room.logOf({ run: order.run, ticket: 'API/13', attempt: 2 });
  expect(await room.outputTail(log)).toEqual([]);
  await room.run(order);
  expect(await room.outputTail(log)).toEqual(['one', 'two']);
});

test('kept work is forgotten by the name of its ticket only', async () => {
  const { workers, base, git } = await repositoryFixture();
  const room = await workers('true');
  await room.keep('API-1', base, 'deferred');
  await room.keep('API-1', base, 'interrupted');
  await room.keep('API-14', base, 'deferred');
  await room.forgetKept('API-1');
  await room.forgetKept('API-2');
  expect(git('for-each-ref', '--format=%(refname)', 'refs/sage/')).toBe('refs/sage/deferred/API-14');
});

test('ignored files that were the only output are named, and copies are kept', async () => {
  const { workers, request } = await repositoryFixture({ '.gitignore': 'docs/plans/\n', 'a.txt': 'a\n' });
  const room = await workers(
    'mkdir -p docs/plans; echo plan > docs/plans/summary.md; echo other > docs/plans/b.md',
  );
  const { reason, ignoredFiles, outputFile } = await room.run(request('API-1'));
  expect(reason).toBe(
    'the agent reported success but changed nothing; it wrote 2 ignored files: docs/plans/b.md, docs/plans/summary.md',
  );
  expect(ignoredFiles).toEqual(['docs/plans/b.md', 'docs/plans/summary.md']);
  expect(await readFile(join(outputFile, '../ignored/docs/plans/summary.md'), 'utf8')).toBe('plan\n');
});

test('a stash that was left behind is kept, and named', async () => {
  const { workers, request, git } = await repositoryFixture({ 'a.txt': 'a\n' });
  const room = await workers(
    'echo b > a.txt; git -c user.name=x -c user.email=x@x stash --quiet; echo c > c.txt',
  );
  expect(await room.run(request('API-1'))).toMatchObject({
    changedFiles: ['c.txt'],
    notes: ['it left a stash, which is kept as refs/sage/stashes/API-1'],
  });
  expect(git('show', 'refs/sage/stashes/API-1:a.txt')).toBe('b');
});

test("commits that appear in the user's checkout meanwhile are named", async () => {
  const { workers, request, repository, git } = await repositoryFixture();
  const commit = `git -C '${repository.root}' -c user.name=x -c user.email=x@x commit --quiet --allow-empty`;
  const room = await workers(`${commit} -m strange; ${commit} -m landing -m 'Sage-Entry: 1'; echo x > x`);
  expect(await room.run(request('API-1'))).toMatchObject({
    notes: [
      `commits of others appeared in your checkout meanwhile: ${git('rev-parse', 'HEAD~1').slice(0, 10)}`,
    ],
  });
});

test('work in a submodule that cannot land defers the ticket, and is kept by name until it is forgotten', async () => {
  const lib = await repositoryFixture({ 'lib.txt': '1\n' });
  const { workers, request, git } = await repositoryFixture();
  git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', lib.repository.root, 'lib');
  git('commit', '--quiet', '-m', 'lib');
  const room = await workers(
    'git -c protocol.file.allow=always submodule --quiet update --init; echo fix >> lib/lib.txt; echo a > a.txt',
  );
  const { outcome, category, reason, commit } = await room.run(
    request('API-1', { base: git('rev-parse', 'HEAD') }),
  );
  expect({ outcome, category, reason }).toMatchObject({
    outcome: 'deferred',
    category: 'external_blocker',
    reason: expect.stringMatching(
      /^submodule lib cannot land: it has changes that are not committed; it is kept as refs\/sage\/submodules\/API-1\/lib\.\w+$/,
    ),
  });
  expect(git('show', '--format=', '--name-only', commit ?? '')).toBe('a.txt');
  const [ref = ''] = git('for-each-ref', '--format=%(refname)', 'refs/sage/submodules').split('\n');
  expect(git('show', `${ref}:lib.txt`)).toBe('1\nfix');
  await room.forgetKept('API-1');
  expect(git('for-each-ref', 'refs/sage/submodules')).toBe('');
});

test.each([
  ['a pipe as its result', 'rm -f "$SAGE_RESULT_FILE"; mkfifo "$SAGE_RESULT_FILE"; echo x > x', 'completed'],
  ['a folder as its result', 'mkdir "$SAGE_RESULT_FILE"; echo x > x', 'completed'],
  [
    'a pipe in the place of its log',
    'd=$(dirname "$SAGE_PROMPT_FILE"); rm "$d/output.log"; mkfifo "$d/output.log" "$d/teardown.log"; echo x > x',
    'completed',
  ],
])('%s holds nothing up', async (_, command, outcome) => {
  const { workers, request } = await repositoryFixture();
  const agent = { name: 'test', command, metered: false, readEvent: <T>(report: T) => report };
  for (const more of [{}, { agent }]) {
    const room = await workers(command, 60_000, { ...more, worktrees: { teardown: 'true' } });
    expect(await room.run(request('API-1'))).toMatchObject({ outcome });
    await room.close();
  }
});

test('a long reason and summary are cut', async () => {
  const { workers, request } = await repositoryFixture();
  const room = await workers(
    `printf '{"outcome":"DEFERRED","reason":"%0700000d","summary":"%0700d"}' 0 0 > "$SAGE_RESULT_FILE"`,
  );
  const { reason = '', summary = '', outcome } = await room.run(request('API-1'));
  expect([outcome, reason.length, summary.length]).toEqual(['deferred', 1_000, 500]);
});
