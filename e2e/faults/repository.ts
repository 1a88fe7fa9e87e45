import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommittedWork, WorkDescription } from '@sage/commit-queue';

export const TARGET = 'refs/heads/main';
/** How a process ends whose lock another one has taken while it lived. */
export const LOST_LOCK_EXIT = 3;
export const ENVIRONMENT = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  // Thousands of processes start; each would compile the same modules for longer than it lives.
  NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? join(tmpdir(), 'sage-faults-compiled'),
};

export type CampaignWork = WorkDescription & CommittedWork;

export interface Campaign {
  root: string;
  works: CampaignWork[];
  /** The objects as they were before anything happened. */
  backup: string;
}

/** A repository with uncommitted changes of a user, and works that each edit one file and add one. */
export function makeRepository(count: number): Campaign {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'sage-faults-')));
  git(root, 'init', '--quiet', '--initial-branch=main');
  git(root, 'config', 'user.name', 'Una');
  git(root, 'config', 'user.email', 'una@example.org');
  const who = 'Una <una@example.org> 1700000000 +0000';
  const file = (path: string, text: string) => `M 100644 inline ${path}\ndata ${text.length}\n${text}\n`;
  const lines = [
    `commit ${TARGET}\nmark :1\ncommitter ${who}\ndata 5\nfirst\n`,
    file('log', ''),
    file('mine', 'theirs'),
  ];
  for (let n = 0; n < count; n += 1) lines.push(file(`old/${n}`, '1'));
  for (let n = 0; n < count; n += 1) {
    lines.push(`commit refs/side/${n}\nmark :${n + 2}\ncommitter ${who}\ndata 4\nwork\nfrom :1\n`);
    lines.push(file(`old/${n}`, '2'), file(`new-${n}/f`, String(n)), '\n');
  }
  execFileSync('git', ['fast-import', '--quiet'], { cwd: root, input: lines.join(''), env: ENVIRONMENT });
  git(root, 'reset', '--quiet', '--hard');
  const base = git(root, 'rev-parse', TARGET);
  writeFileSync(join(root, 'mine'), 'edited');
  writeFileSync(join(root, 'new'), 'untracked');
  const backup = join(root, '.git/backup');
  cpSync(join(root, '.git/objects'), backup, { recursive: true });
  const refs = git(root, 'for-each-ref', '--format=%(refname:lstrip=2) %(objectname)', 'refs/side');
  const commits = new Map(refs.split('\n').map((line) => line.split(' ') as [string, string]));
  const works = Array.from({ length: count }, (_, n) => ({
    ticket: `T-${n}`,
    target: TARGET,
    message: `feat: T-${n}`,
    base,
    commit: commits.get(String(n)) ?? '',
  }));
  return { root, works, backup };
}

export function git(root: string, ...args: string[]): string {
  return gitWith({}, root, ...args);
}

export function gitWith(environment: Record<string, string>, root: string, ...args: string[]): string {
  return execFileSync('git', args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...ENVIRONMENT, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}
