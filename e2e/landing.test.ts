import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { indexText, named, Sandbox, WRITE_OWN_FILE } from './sandbox.ts';

test('a conflicting ticket is tried again on the new tip, with the conflict in its prompt, and lands', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'API-2' }], {
    files: { 'list.txt': 'first\n' },
  });
  // Both wait for each other at the first attempt, so both start from the same base.
  const agent = `if grep -q conflicted "$SAGE_PROMPT_FILE"; then grep -q list.txt "$SAGE_PROMPT_FILE" || exit 9; else mkdir -p "$MEET"; touch "$MEET/$SAGE_TICKET_ID"; while [ $(ls "$MEET" | wc -l) -lt 2 ]; do sleep 0.02; done; fi; echo "$SAGE_TICKET_ID" >> list.txt`;
  const meet = join(sandbox.root, '../meet');
  const result = await sandbox.stream(`MEET='${meet}'; ${agent}`, '--parallel=2', '--max-attempts=1');
  expect(result.exitCode).toBe(0);
  expect(named(result.events, 'landing.conflicted')).toMatchObject([{ files: ['list.txt'] }]);
  expect((await sandbox.read('list.txt')).split('\n').toSorted()).toEqual(['', 'API-1', 'API-2', 'first']);
  expect(sandbox.git('for-each-ref', 'refs/sage')).toBe('');
});

test("what an agent's own commits say of their authors is in the one commit that lands", async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'API-2' }]);
  const pair = 'Co-authored-by: Pair <pair@example.org>';
  const commit = 'git add . && git -c user.name=Agent -c user.email=agent@example.org commit --quiet';
  const agent = `for n in 1 2; do
    echo $n > "$SAGE_TICKET_ID-$n" && ${commit} -m "step $n" -m "${pair}
Refs: #$n" || exit 1
    test "$SAGE_TICKET_ID" = API-1 && exit 0
  done; echo rest > rest`;
  expect((await sandbox.stream(agent)).exitCode).toBe(0);
  const format = '--format=%an|%(trailers:key=Sage-Entry,key=Sage-Ticket,key=Co-authored-by,key=Refs)';
  const [of1, of2] = sandbox.landings().map(({ commit }) => sandbox.git('show', '-s', format, commit));
  expect(of1).toMatch(/^Agent\|Co-authored-by: Pair .*\nRefs: #1\nSage-Ticket: API-1\n/);
  // What was left over is the user's.
  expect(of2).toMatch(
    /\|Co-authored-by: Pair .*\nRefs: #1\nRefs: #2\nCo-authored-by: Agent .*\nSage-Ticket: API-2\n/,
  );
});

test('work that conflicts again is deferred, and kept', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }], { files: { 'list.txt': 'first\n' } });
  // While the agent works somebody commits to the same line of the branch.
  const agent = `echo "$SAGE_ATTEMPT" > list.txt; cd "${sandbox.root}" && echo "human $SAGE_ATTEMPT" > list.txt && git -c user.name=H -c user.email=h@example.org commit -qam "human $SAGE_ATTEMPT"`;
  const { exitCode, events } = await sandbox.stream(agent);
  expect(exitCode).toBe(1);
  expect(named(events, 'landing.conflicted')).toHaveLength(2);
  expect(named(events, 'ticket.deferred')).toMatchObject([
    { category: 'merge_conflict', ref: 'refs/sage/deferred/API-1' },
  ]);
  expect(sandbox.git('show', 'refs/sage/deferred/API-1:list.txt')).toBe('2');
  expect(await sandbox.read('list.txt')).toBe('human 2\n');
  expect(sandbox.git('status', '--porcelain')).toBe('');
});

test('--verify runs on the merged result: what fails it does not land', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'API-2' }]);
  const { exitCode, events } = await sandbox.stream(
    WRITE_OWN_FILE,
    '--verify',
    'test ! -f out/API-2.txt || { echo no two; exit 1; }',
  );
  expect(exitCode).toBe(1);
  expect(named(events, 'landing.rejected')).toMatchObject([
    { ticket: 'API-2', output: 'no two' },
    { ticket: 'API-2' },
  ]);
  expect(named(events, 'ticket.deferred')).toMatchObject([
    { ticket: 'API-2', category: 'persistent_test_failure', attempts: 2 },
  ]);
  expect(sandbox.landings().map(({ ticket }) => ticket)).toEqual(['API-1']);
});

test.each(['chain', 'batch'])(
  'several landings are verified together (%s), the bad one is left out',
  async (mode) => {
    const ids = ['API-1', 'API-2', 'API-3', 'API-4'];
    const sandbox = await Sandbox.create(ids.map((id) => ({ id })));
    const flags = [
      '--no-baseline',
      '--parallel=4',
      '--verify-slots=2',
      `--verify-mode=${mode}`,
      '--max-attempts=1',
    ];
    // Each verify leaves which commit it saw, and whether the index there says what has landed.
    const verify = `git rev-parse HEAD >> "${sandbox.root}/.git/verified"; grep -q COMPLETED .sage/tickets/index.json && test ! -f out/API-2.txt`;
    const { exitCode } = await sandbox.stream(WRITE_OWN_FILE, '--verify', verify, ...flags);
    expect(exitCode).toBe(1);
    expect(
      sandbox
        .landings()
        .map(({ ticket }) => ticket)
        .toSorted(),
    ).toEqual(['API-1', 'API-3', 'API-4']);
    const verified = new Set((await sandbox.read('.git/verified')).split('\n'));
    const commits = sandbox.landings().map(({ commit }) => commit);
    // The tip always; in a chain each of them.
    expect(verified).toContain(commits.at(mode === 'chain' ? 0 : -1));
    const all = commits.every((commit) => verified.has(commit));
    expect(all || mode === 'batch').toBe(true);
    const states = JSON.parse(await sandbox.read('.sage/tickets/index.json')).tickets;
    expect(states.map(({ state }: { state: string }) => state)).toEqual([
      'COMPLETED',
      'DEFERRED',
      'COMPLETED',
      'COMPLETED',
    ]);
  },
);

test('edits beside the landing stay; the index keeps the edit and gets the state', async () => {
  const tickets = [{ id: 'API-1' }, { id: 'API-2', state: 'COMPLETED' }];
  const sandbox = await Sandbox.create(tickets, { files: { 'other.txt': 'a\n', 'staged.txt': 'a\n' } });
  await sandbox.write('other.txt', 'mine\n');
  await sandbox.write('staged.txt', 'mine\n');
  sandbox.git('add', 'staged.txt');
  await sandbox.write('untracked.txt', 'mine\n');
  await sandbox.writeIndex(indexText(tickets).replace('Title of API-2', 'my title'));
  expect((await sandbox.stream(WRITE_OWN_FILE)).exitCode).toBe(0);
  expect(
    sandbox
      .git('status', '--porcelain')
      .split('\n')
      .map((line) => line.trim()),
  ).toEqual(['M .sage/tickets/index.json', 'M other.txt', 'M  staged.txt', '?? untracked.txt']);
  expect(await sandbox.states()).toMatchObject({ 'API-1': 'COMPLETED' });
  expect(await sandbox.read('.sage/tickets/index.json')).toContain('my title');
  expect(sandbox.git('show', 'HEAD:.sage/tickets/index.json')).not.toContain('my title');
  expect(sandbox.git('show', 'HEAD:.sage/tickets/index.json')).toContain('COMPLETED');
});

test('a dirty file in the way stops the queue with 3; cleaned, the run goes on where it stopped', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  await sandbox.write('out/API-1.txt', 'mine\n');
  const stopped = await sandbox.stream(WRITE_OWN_FILE);
  expect(stopped.exitCode).toBe(3);
  expect(stopped.stderr).toContain('out/API-1.txt');
  expect(await sandbox.read('out/API-1.txt')).toBe('mine\n');
  expect(sandbox.landings()).toEqual([]);
  sandbox.git('clean', '--force', '--quiet', 'out/API-1.txt');
  const resumed = await sandbox.stream('exit 1');
  expect(resumed.exitCode).toBe(0);
  expect(resumed.stderr).toContain('resuming interrupted run');
  expect(named(resumed.events, 'attempt.started')).toEqual([]);
  expect(await sandbox.read('out/API-1.txt')).toBe('API-1\n');
  expect(sandbox.landings().map(({ ticket }) => ticket)).toEqual(['API-1']);
});

test('sage queue process verifies in the sandbox that is configured, or not at all', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  await writeFile(join(sandbox.root, '.sagerc.json'), '{"sandbox":true,"verify":"true"}');
  await sandbox.sage('trust');
  // Git, and no bubblewrap.
  const programs = join(sandbox.root, '../programs');
  await mkdir(programs);
  for (const name of ['git', 'sh']) await symlink(await pathOf(name), join(programs, name));
  const { exitCode, stderr } = await sandbox.queueIn({ PATH: programs }, 'process');
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^ERROR: [^\n]*bubblewrap[^\n]*\n?$/);
});

async function pathOf(program: string): Promise<string> {
  const { stdout } = await execa('/bin/sh', ['-c', `command -v ${program}`]);
  return stdout;
}
