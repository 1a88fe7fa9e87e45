import { openCommitQueue } from '@sage/commit-queue';
import { repository, type TestRepository } from '@sage/test-support/repository';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { main } from '../src/main.ts';

const TARGET = 'refs/heads/main';
let { root, git, commit }: TestRepository = { root: '', git: String, commit: String };
let stdout: string[] = [];
let stderr: string[] = [];

beforeEach(() => {
  ({ root, git, commit } = repository({
    a: '1\n',
    '.sage/tickets/index.json': index({ ONE: 'UNPROCESSED', OLD: 'COMPLETED' }),
  }));
  stdout = [];
  stderr = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => stdout.push(String(text)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => stderr.push(String(text)) > 0);
});

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = 0;
});

function index(states: Record<string, string>): string {
  const tickets = Object.entries(states).map(([id, state]) => ({ id, state, title: id }));
  return JSON.stringify({ version: '1.0', tickets });
}

/** Finished work on the first commit, queued. */
async function queued(ticket: string, files: Record<string, string>): Promise<string> {
  const base = git('rev-list', '--max-parents=0', 'main');
  git('checkout', '--quiet', '--detach', base);
  const work = commit(files);
  git('checkout', '--quiet', 'main');
  const queue = await openCommitQueue({ repository: root });
  return (await queue.enqueue({ ticket, target: TARGET, message: ticket, base, commit: work })).id;
}

async function sage(...args: string[]): Promise<{ exit: unknown; out: string; err: string }> {
  stdout = [];
  stderr = [];
  process.exitCode = 0;
  await main(['queue', ...args, '-C', root]);
  return { exit: process.exitCode, out: stdout.join(''), err: stderr.join('') };
}

test('what is queued is listed, lands, is shown and cleaned up', async () => {
  const id = await queued('ONE', { b: '1\n' });
  expect((await sage('list')).out).toContain('queued      ONE');
  expect(JSON.parse((await sage('list', '--json')).out)).toMatchObject([{ id, state: 'queued' }]);
  expect(await sage('process')).toMatchObject({ exit: 0 });
  const shown = await sage('show', id.slice(0, 8));
  expect(shown.out).toContain(`landed    ${git('rev-parse', 'main')}`);
  expect((await sage('audit')).out).toContain('1 landing on main, 1 merged again and compared');
  expect((await sage('cleanup')).out).toBe('removed 1 entry\n');
  expect((await sage('list')).out).toContain('is empty');
});

test('a given verify has to pass, and a conflict is reported; retry and drop', async () => {
  const bad = await queued('BAD', { b: 'bad\n' });
  expect(await sage('process', '--verify', '! grep -q bad b')).toMatchObject({ exit: 1 });
  expect((await sage('show', bad)).out).toContain('verify failed');
  expect(await sage('process', '--verify', 'true', '--verify-mode', 'all')).toEqual({
    exit: 2,
    out: '',
    err: 'ERROR: --verify-mode must be chain or batch, not all\n',
  });
  commit({ b: 'theirs\n' });
  expect((await sage('retry', bad)).out).toContain('queued');
  expect(await sage('process')).toMatchObject({ exit: 1 });
  expect((await sage('list')).out).toContain('conflicts in b');
  expect((await sage('drop', bad)).out).toContain('dropped');
  expect(await sage('show', 'nope')).toMatchObject({ exit: 2, err: expect.stringMatching(/^ERROR: .*\n$/) });
});

test('audit names what is said to be done and is not there, and exits 1', async () => {
  await queued('ONE', { b: '1\n' });
  await sage('process');
  commit({ '.sage/tickets/index.json': index({ ONE: 'COMPLETED', OLD: 'COMPLETED', NEW: 'COMPLETED' }) });
  const { exit, out } = await sage('audit', '--json');
  expect(exit).toBe(1);
  expect(JSON.parse(out)).toMatchObject({ problems: [{ kind: 'no-landing', ticket: 'NEW' }] });
});
