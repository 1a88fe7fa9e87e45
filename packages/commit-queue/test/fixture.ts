import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openRepository, type Repository } from '@sage/git';
import { afterAll } from 'vitest';
import {
  type CommitQueue,
  openCommitQueue,
  type CommitQueueOptions,
  type ProcessOptions,
  type QueueEntry,
} from '../src/index.ts';

const made = realpathSync(mkdtempSync(join(tmpdir(), 'sage-queue-test-')));
process.env['HOME'] = made;
delete process.env['XDG_CONFIG_HOME'];
afterAll(() => rmSync(made, { recursive: true, force: true }));

export const MAIN = 'refs/heads/main';

export function temporaryDirectory(): string {
  return mkdtempSync(join(made, 'd-'));
}

/** Plain git, as a user types it. */
export function sh(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trimEnd();
}

export type Files = Record<string, string | null>;

export function put(root: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(root, path);
    rmSync(file, { recursive: true, force: true });
    if (content === null) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

export function commitAll(root: string, files: Files, message = 'change'): string {
  put(root, files);
  sh(root, 'add', '--all');
  sh(root, 'commit', '--quiet', '--allow-empty', '--message', message);
  return sh(root, 'rev-parse', 'HEAD');
}

export async function repositoryWith(files: Files, ...init: string[]): Promise<Repository> {
  const root = temporaryDirectory();
  sh(root, 'init', '--quiet', '--initial-branch=main', ...init);
  sh(root, 'config', 'user.name', 'Una User');
  sh(root, 'config', 'user.email', 'una@example.org');
  commitAll(root, files, 'first');
  return openRepository(root);
}

export function tip(repository: Repository, ref = MAIN): string {
  return sh(repository.root, 'rev-parse', ref);
}

/** A commit on `base` made away from every checkout, as a worker's would be. */
export function workCommit(repository: Repository, files: Files, base = tip(repository)): string {
  const path = join(temporaryDirectory(), 'w');
  sh(repository.root, 'worktree', 'add', '--quiet', '--detach', path, base);
  sh(path, 'config', 'user.name', 'Una User');
  const commit = commitAll(path, files, 'work');
  sh(repository.root, 'worktree', 'remove', '--force', path);
  return commit;
}

/** A repository, its queue, and `add` to enqueue a ticket's files as one commit on the tip of now. */
export async function queueOn(files: Files, options: Partial<CommitQueueOptions> = {}) {
  const repository = await repositoryWith(files);
  const queue = await openCommitQueue({ repository, lockTimeout: 0, ...options });
  const add = (ticket: string, change: Files, base = tip(repository)) =>
    queue.enqueue({
      ticket,
      target: MAIN,
      message: `feat: ${ticket}`,
      base,
      commit: workCommit(repository, change, base),
    });
  return { repository, queue, add };
}

/** Lands what is queued, and returns the entries whose state has changed. */
export async function landAll(queue: CommitQueue, options?: ProcessOptions): Promise<QueueEntry[]> {
  const entries: QueueEntry[] = [];
  for await (const { managedFiles: _, ...entry } of queue.process(options)) entries.push(entry);
  return entries;
}

export function status(repository: Repository): string {
  return sh(repository.root, 'status', '--porcelain', '--untracked-files=all');
}

export function subjects(repository: Repository): string[] {
  return sh(repository.root, 'log', '--format=%s', MAIN).split('\n');
}

export function pins(repository: Repository): string[] {
  const refs = sh(repository.root, 'for-each-ref', '--format=%(refname)', 'refs/sage');
  return refs === '' ? [] : refs.split('\n');
}
