import { lstat } from 'node:fs/promises';
import type { GitSession } from '../objects/session.ts';
import type { Identity } from '../repository/identity.ts';
import { ownCommits } from './own-commits.ts';
import type { RepositoryTemplate } from './repository-template.ts';
import { ScratchObjects } from './scratch-objects.ts';
import { type SubmoduleWork, submoduleState } from './submodules.ts';
import { type SnapshotOptions, snapshotWorktree } from './snapshot-worktree.ts';

export interface CollectOptions extends Omit<SnapshotOptions, 'submodules' | 'alternates'> {
  /** A session in the same repository. */
  readonly session: GitSession;
  /** The template that the worktree's repository was made from. If absent, its commits are not collected. */
  readonly template?: RepositoryTemplate;
  readonly message: string;
  readonly author: Identity;
  readonly date: Date;
  /** Creates a ref to the commit. Without a ref, the user's `git gc` may delete it. */
  readonly refer?: (commit: string) => Promise<void>;
  /** Creates a ref to work in a submodule that cannot land. */
  readonly referSubmodule?: (path: string, commit: string) => Promise<void>;
}

export interface CollectedWork {
  /** A commit on top of the base; undefined if nothing differs from it. */
  readonly commit?: string;
  /** Paths that differ from the base. */
  readonly changedFiles: readonly string[];
  readonly skipped: readonly string[];
  /** See `WorktreeSnapshot`. */
  readonly excluded: readonly string[];
  readonly forced: readonly string[];
  /** Work in submodules that is not part of the commit. */
  readonly submodules: readonly SubmoduleWork[];
}

/**
 * Collects everything left in a worktree into the user's repository. Commits made there are kept as they are, as far
 * as possible; the rest becomes one more commit.
 */
export async function collectWorktree(options: CollectOptions): Promise<CollectedWork> {
  const { repository, workTree, base, session, template, author, date, refer, signal } = options;
  const there = await lstat(workTree).catch(() => undefined);
  // The agent removed the worktree, so there is nothing to collect.
  if (!there?.isDirectory())
    return { changedFiles: [], skipped: [], excluded: [], forced: [], submodules: [] };
  const own = template && (await ownCommits({ ...options, template }));
  const modules = await submoduleState({ ...options, refer: options.referSubmodule });
  const submodules = modules.refused;
  await using scratch = await ScratchObjects.open(repository);
  const snapshot = await snapshotWorktree({ ...options, submodules: modules }, scratch);
  const { tree, changedFiles, ...told } = snapshot;
  const before = await session.readCommit(base);
  if (tree === undefined || tree === before?.tree) return { changedFiles: [], ...told, submodules };
  let commit = own?.tree === tree ? own.tip : undefined;
  commit ??= scratch.writeCommit({
    tree,
    parents: [own?.tip ?? base],
    message: options.message,
    author: { ...author, date },
    committer: { ...author, date },
  });
  if (commit === undefined) return { changedFiles: [], ...told, submodules };
  const made = commit;
  await scratch.publish(async () => refer?.(made), signal);
  return { commit, changedFiles, ...told, submodules };
}
