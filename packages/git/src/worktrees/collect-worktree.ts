import { lstat } from 'node:fs/promises';
import type { GitSession } from '../objects/session.ts';
import type { Identity } from '../repository/identity.ts';
import { ownCommits } from './own-commits.ts';
import type { RepositoryTemplate } from './repository-template.ts';
import { ScratchObjects } from './scratch-objects.ts';
import { type SubmoduleWork, submoduleState } from './submodules.ts';
import { type SnapshotOptions, snapshotWorktree } from './snapshot-worktree.ts';

export interface CollectOptions extends Omit<SnapshotOptions, 'submodules' | 'alternates'> {
  /** Of the same repository. */
  readonly session: GitSession;
  /** What the worktree's repository was made of; where it is absent, commits that were made there are not asked for. */
  readonly template?: RepositoryTemplate;
  readonly message: string;
  readonly author: Identity;
  readonly date: Date;
  /** Makes a ref to the commit. Without one the user's `git gc` may take it away. */
  readonly refer?: (commit: string) => Promise<void>;
  /** Makes a ref to work in a submodule that cannot land. */
  readonly referSubmodule?: (path: string, commit: string) => Promise<void>;
}

export interface CollectedWork {
  /** On the base; undefined where nothing differs from it. */
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
 * Everything that was left in a worktree, in the user's repository: the commits that were made there, as far as they can
 * be taken as they are, and the rest as one more commit.
 */
export async function collectWorktree(options: CollectOptions): Promise<CollectedWork> {
  const { repository, workTree, base, session, template, author, date, refer, signal } = options;
  const there = await lstat(workTree).catch(() => undefined);
  // Whoever worked there removed it: nothing is left to take.
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
