import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { Agent, FinishedWork, Review, WorkCheck } from '../../src/index.ts';
import { repositoryFixture } from '../repository.ts';

const check = (more: Partial<WorkCheck> = {}): WorkCheck => ({
  name: 'tests',
  command: 'grep -q good work',
  retries: 0,
  otherwise: 'fail',
  category: 'persistent_test_failure',
  ...more,
});
const ticket = (checks: WorkCheck[], files?: string[]) => ({
  ticket: { id: 'A-1', title: 'T', type: 'task', component: 'a', checks, ...(files && { files }) },
});

test('what a check says goes back to the agent, which goes on in the same worktree', async () => {
  const { workers, request, git } = await repositoryFixture();
  const room = await workers(
    `cat > seen; echo '{"outcome":"COMPLETED","tokens":10}' > "$SAGE_RESULT_FILE"; if grep -q 'work is bad' seen; then echo good > work; else echo bad > work; fi; echo turn >> turns`,
  );
  const result = await room.run(
    request(
      'A-1',
      ticket([
        check({
          retries: 1,
          command: 'git init -q; touch by-check; sed "s/^/work is /" work; grep -q good work',
        }),
      ]),
    ),
  );
  expect(result).toMatchObject({ outcome: 'completed', tokens: 20, changedFiles: ['seen', 'turns', 'work'] });
  const show = (path: string) => git('show', `${result.commit}:${path}`);
  expect(show('work')).toBe('good');
  expect(show('turns')).toBe('turn\nturn');
  expect(show('seen')).toContain("does not pass the ticket's checks");
  expect(readFileSync(result.outputFile, 'utf8')).toContain('tests (git init');
});

test.each<[string, Partial<WorkCheck>, object]>([
  [
    'fails to the end',
    { command: 'echo two of three; false', retries: 1 },
    {
      outcome: 'failed',
      category: 'persistent_test_failure',
      reason: 'tests ended with exit code 1: two of three',
      turns: 2,
    },
  ],
  [
    'defers',
    { command: 'false', otherwise: 'defer', category: 'external_blocker' },
    { outcome: 'deferred', category: 'external_blocker', turns: 1 },
  ],
  [
    'prints something else than its pattern',
    { command: 'echo 3 failed', successPattern: '^0 failed' },
    {
      outcome: 'failed',
      reason: 'tests ended with 0, but its output does not match the success_pattern "^0 failed": 3 failed',
      turns: 1,
    },
  ],
  [
    'prints its pattern',
    { command: 'echo start; echo 0 failed', successPattern: '^0 failed' },
    { outcome: 'completed', turns: 1 },
  ],
  [
    'has a pattern without end',
    { command: 'printf %60s | tr " " a; echo b', successPattern: '^(a+)+$', retries: 2 },
    { outcome: 'deferred', category: 'validation_script_error', turns: 1 },
  ],
  [
    'is not there',
    { command: 'no-such-program', retries: 2 },
    { outcome: 'deferred', category: 'validation_script_error', turns: 1 },
  ],
  [
    'has no command',
    { command: ' ' },
    { outcome: 'deferred', category: 'validation_script_error', reason: 'tests has no command', turns: 0 },
  ],
  [
    'has an invalid pattern',
    { successPattern: '(' },
    { outcome: 'deferred', category: 'validation_script_error', turns: 0 },
  ],
])('a check that %s', async (_, more, { turns, ...expected }: { turns?: number }) => {
  const { workers, request, repository } = await repositoryFixture();
  const count = join(repository.root, '.sage/turns');
  const room = await workers(`echo x > work; echo turn >> '${count}'`);
  expect(await room.run(request('A-1', ticket([check(more)])))).toMatchObject(expected);
  expect(existsSync(count) ? readFileSync(count, 'utf8').length / 5 : 0).toBe(turns);
});

test('changed files that were not declared are reported as drift', async () => {
  const { workers, request } = await repositoryFixture();
  const room = await workers('mkdir -p src lib; touch src/a src/b lib/a other');
  const result = await room.run(request('A-1', ticket([], ['./src/a', 'lib/'])));
  expect(result).toMatchObject({ outcome: 'completed', drift: ['other', 'src/b'] });
  expect(await room.run(request('A-1'))).toMatchObject({ drift: [] });
});

const scripted = (resumed: string): Agent => ({
  name: 'scripted',
  metered: false,
  command: `echo '{"session":"s-1","tokens":100}'; echo bad > work`,
  readEvent: (report, event) => ({
    ...report,
    sessionId: String(event['session']),
    tokens: Number(event['tokens']),
  }),
  resume: (_, session) => `cat > prompt-of-${session}; ${resumed}`,
  cumulative: { tokens: true },
});

test('a session is gone on with, and what it has told before is not counted twice', async () => {
  const { workers, request } = await repositoryFixture();
  const agent = scripted(`echo '{"session":"s-1","tokens":150}'; echo good > work`);
  const room = await workers('', 60_000, { agent });
  const first = await room.run(request('A-1', ticket([check({ retries: 1 })])));
  expect(first).toMatchObject({ outcome: 'completed', tokens: 150, session: 's-1' });
  expect(first.changedFiles).toEqual(['prompt-of-s-1', 'work']);
  // Another attempt, in a new worktree.
  const second = await room.run({
    ...request('A-1', { attempt: 2, session: { id: 's-1', tokens: 150 } }),
    previous: { kind: 'failure', reason: 'no tests' },
  });
  expect(second).toMatchObject({ outcome: 'completed', tokens: 0 });
  const prompt = readFileSync(join(dirname(second.outputFile), 'prompt.md'), 'utf8');
  expect(prompt).toContain('no tests');
  expect(prompt).toContain('none of your earlier work is in it');
});

test('a session that belongs to its folder is gone on with in the same attempt only', async () => {
  const { workers, request } = await repositoryFixture();
  const agent = { ...scripted('echo good > work'), sessionsStay: true };
  const room = await workers('', 60_000, { agent });
  const result = await room.run({
    ...request('A-1', { ...ticket([check({ retries: 1 })]), session: { id: 's-0' } }),
    previous: { kind: 'failure', reason: 'no tests' },
  });
  expect(result.changedFiles).toEqual(['prompt-of-s-1', 'work']);
});

test.each([
  ['that is lost', 's-1', 'echo "no such session" >&2; exit 1'],
  ['whose name is not one', 's; touch evil', 'touch evil'],
])('a session %s starts again with the whole prompt', async (_, id, resumed) => {
  const { workers, request } = await repositoryFixture();
  const room = await workers('', 60_000, { agent: scripted(resumed) });
  const result = await room.run({
    ...request('A-1', { attempt: 2, session: { id, tokens: 150 } }),
    previous: { kind: 'failure', reason: 'no tests' },
  });
  expect(result).toMatchObject({ outcome: 'completed', tokens: 100 });
  expect(result.changedFiles).not.toContain('evil');
  expect(readFileSync(join(dirname(result.outputFile), 'prompt.md'), 'utf8')).toContain('# Ticket A-1');
});

test('work is not lost when Sage cannot go on with the attempt', async () => {
  const { workers, request, git } = await repositoryFixture();
  const room = await workers(
    'd=$(dirname "$SAGE_PROMPT_FILE"); rm "$d/output.log"; mkfifo "$d/output.log"; echo bad > work',
  );
  const { outcome, reason, commit } = await room.run(request('A-1', ticket([check({ retries: 1 })])));
  expect({ outcome, reason }).toEqual({
    outcome: 'failed',
    reason: expect.stringMatching(/output\.log is not a regular file/),
  });
  expect(git('show', `${commit}:work`)).toBe('bad');
});

test('a person accepts, defers, or sends back with a comment, on which the agent goes on in the same worktree', async () => {
  const { workers, request, git } = await repositoryFixture();
  const room = await workers(
    `cat > seen; if grep -q 'call it good' seen; then echo good > work; else echo bad > work; fi; echo turn >> turns
     echo '{"outcome":"COMPLETED","summary":"wrote work"}' > "$SAGE_RESULT_FILE"`,
  );
  const asked: FinishedWork[] = [];
  const answers: Review[] = [
    { verdict: 'sent-back', comment: 'call it good' },
    { verdict: 'sent-back', comment: 'call it good, really' },
    { verdict: 'accepted' },
  ];
  const result = await room.run(request('A-1', ticket([check({ command: 'touch by-check' })])), {
    async onReview(work) {
      asked.push(work);
      return answers.shift() ?? { verdict: 'quit' };
    },
  });
  expect(result).toMatchObject({ outcome: 'completed', changedFiles: ['seen', 'turns', 'work'] });
  expect(asked).toMatchObject([
    { passed: ['tests'], summary: 'wrote work', changedFiles: ['seen', 'turns', 'work'] },
    {},
    { commit: result.commit },
  ]);
  const show = (path: string, commit = result.commit) => git('show', `${commit}:${path}`);
  expect([show('work', asked[0]?.commit), show('work'), show('turns')]).toEqual([
    'bad',
    'good',
    'turn\nturn\nturn',
  ]);
  expect(show('seen')).toContain('It is in this worktree');

  const deferred = await room.run(request('A-2', ticket([])), {
    onReview: async () => ({ verdict: 'deferred', reason: 'not now' }),
  });
  expect(deferred).toMatchObject({ outcome: 'deferred', category: 'user_rejected', reason: 'not now' });
  const quit = await room.run(request('A-3', ticket([])), { onReview: async () => ({ verdict: 'quit' }) });
  expect(quit).toMatchObject({ outcome: 'interrupted' });
});

test('work that does not pass its checks is not shown to a person', async () => {
  const { workers, request } = await repositoryFixture();
  const room = await workers('echo bad > work');
  let asked = 0;
  const onReview = async (): Promise<Review> => {
    asked += 1;
    return { verdict: 'accepted' };
  };
  expect(await room.run(request('A-1', ticket([check()])), { onReview })).toMatchObject({
    outcome: 'failed',
  });
  expect(asked).toBe(0);
});

test('work that an agent had finished when the run was stopped is finished', async () => {
  const { workers, request } = await repositoryFixture();
  const room = await workers('echo good > work');
  const stop = new AbortController();
  const beforeCollecting = async () => stop.abort();
  const result = await room.run(request('A-1', ticket([])), { signal: stop.signal, beforeCollecting });
  expect(result).toMatchObject({ outcome: 'completed', changedFiles: ['work'] });
});
