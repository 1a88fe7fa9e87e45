import { join } from 'node:path';
import { openRepository, type Repository } from '@sage/git';
import { commitAll, type Files, repository as testRepository, userGit } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import {
  type CommitQueue,
  openCommitQueue,
  type CommitQueueOptions,
  type ProcessOptions,
  type QueueEntry,
} from '../src/index.ts';

export const MAIN = 'refs/heads/main';

export async function repositoryWith(files: Files, ...init: string[]): Promise<Repository> {
  return openRepository(testRepository(files, ...init).root);
}

export function tip(repository: Repository, ref = MAIN): string {
  return userGit(repository.root, 'rev-parse', ref);
}

/** A commit on `base` made away from every checkout, as a worker's would be. */
export function workCommit(repository: Repository, files: Files, base = tip(repository)): string {
  const path = join(temporaryFolder(), 'w');
  userGit(repository.root, 'worktree', 'add', '--quiet', '--detach', path, base);
  const commit = commitAll(path, files, 'work');
  userGit(repository.root, 'worktree', 'remove', '--force', path);
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
  return userGit(repository.root, 'status', '--porcelain', '--untracked-files=all');
}

export function subjects(repository: Repository): string[] {
  return userGit(repository.root, 'log', '--format=%s', MAIN).split('\n');
}

export function pins(repository: Repository): string[] {
  const refs = userGit(repository.root, 'for-each-ref', '--format=%(refname)', 'refs/sage');
  return refs === '' ? [] : refs.split('\n');
}
