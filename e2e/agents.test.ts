import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Sandbox } from './sandbox.ts';

const FAKE = join(import.meta.dirname, '../packages/workers/test/fake-agent.ts');

/** How each act of the agent ends: state of its ticket, category or nothing, and how many attempts it took. */
const ACTS: Readonly<Record<string, [state: string, category?: string]>> = {
  ok: ['COMPLETED'],
  flood: ['COMPLETED'],
  'half-line': ['COMPLETED'],
  'double-fork': ['COMPLETED'],
  'other-branch': ['COMPLETED'],
  'write-hooks': ['COMPLETED'],
  'change-index': ['COMPLETED'],
  'limit-then-ok': ['COMPLETED'],
  'fail-then-ok': ['COMPLETED'],
  'stash-and-pop': ['COMPLETED'],
  'left-stash': ['COMPLETED'],
  gc: ['COMPLETED'],
  'delete-git': ['COMPLETED'],
  pipes: ['COMPLETED'],
  'read-only-tree': ['COMPLETED'],
  'deep-path': ['COMPLETED'],
  unreadable: ['COMPLETED'],
  'full-disk-then-ok': ['COMPLETED'],
  'long-reason': ['DEFERRED', 'external_blocker'],
  hang: ['DEFERRED', 'stalled'],
  'ignore-signals': ['DEFERRED', 'stalled'],
  'no-output': ['DEFERRED', 'agent_failed'],
  'delete-worktree': ['DEFERRED', 'no_changes'],
  lie: ['DEFERRED', 'no_changes'],
  denied: ['DEFERRED', 'no_changes'],
};

test('whatever an agent does, its ticket is accounted for, the others land, and nothing is left', async () => {
  const tickets = Object.keys(ACTS).map((act, index) => ({ id: `A-${index + 1}`, title: act }));
  const sandbox = await Sandbox.create(tickets);
  const memory = join(sandbox.root, '../memory');
  const command = `exec '${process.execPath}' '${FAKE}' '${memory}'`;
  const limits = ['--max-attempts=2', '--idle-timeout=8s', '--parallel=4'];
  const { exitCode, events } = await sandbox.stream(command, '--agent=claude', ...limits);
  expect(exitCode).toBe(1);

  expect(events.find(({ event }) => event === 'git.settings_changed')?.['files']).toEqual([
    '.git/hooks/post-checkout',
    '.git/hooks/pre-commit',
    '.git/hooks/reference-transaction',
  ]);

  const states = await sandbox.states();
  const deferred = new Map(
    events
      .filter(({ event }) => event === 'ticket.deferred')
      .map(({ ticket, category }) => [ticket, category]),
  );
  const ended = Object.fromEntries(
    tickets.map(({ id, title }) => [title, [states[id], deferred.get(id)].filter(Boolean)]),
  );
  expect(ended).toEqual(ACTS);

  // Each landing holds its own file only; nobody's hook ran, nobody's branch is there.
  for (const { ticket, commit } of sandbox.landings()) {
    const files = sandbox.git('show', '--format=', '--name-only', commit).split('\n');
    expect(files.filter((file) => file !== '.sage/tickets/index.json')).toEqual([`work/${ticket}.txt`]);
  }
  expect(existsSync(`${memory}.hook-ran`) ? readFileSync(`${memory}.hook-ran`, 'utf8') : '').toBe('');
  expect(sandbox.git('for-each-ref', '--format=%(refname)', 'refs/heads')).toBe('refs/heads/work');
  expect(sandbox.git('status', '--porcelain')).toBe('');

  const run = events[0]?.run ?? '';
  const pids = (existsSync('/proc') ? readdirSync('/proc') : []).filter((name) => /^\d+$/.test(name));
  const alive = pids.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`SAGE_RUN_ID=${run}`);
    } catch {
      return false;
    }
  });
  expect(alive).toEqual([]);
  expect(await sandbox.worktrees()).toEqual([]);
});
