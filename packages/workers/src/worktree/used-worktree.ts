import type { SubmoduleWork } from '@sage/git';

/**
 * What a worktree is used for. An agent's worktree is never given to checks, because it could contain something that
 * the agent left.
 */
export type WorktreeUse = 'agent' | 'verify';

/** What was left in a worktree. */
interface Collected {
  /** In the user's repository, and pinned there. */
  readonly commit?: string;
  readonly changedFiles: readonly string[];
  readonly ignoredFiles: readonly string[];
  /** Work in submodules that cannot land, and where it is kept. */
  readonly submodules: readonly (SubmoduleWork & { readonly ref: string })[];
  /** Anything else that was left, or that happened, one sentence each. */
  readonly notes: readonly string[];
}

/** A worktree for one use. */
export interface UsedWorktree {
  readonly path: string;
  readonly base: string;
  readonly use: WorktreeUse;
  /** Identifies the processes of this use. No other use has the same name at the same time. */
  readonly name: string;
  /** Counted from 1, and unique among the worktrees of this kind in use. */
  readonly number: number;
  /** Collects everything that was left here as commits on the base, whatever the agent did to git. */
  commit(message: string, signal?: AbortSignal): Promise<Collected>;
  /** Ignored files that were written since this use began. */
  ignored(): Promise<readonly string[]>;
  /** Restores the files of a commit and removes untracked files. Ignored files and HEAD stay. */
  putBack(commit: string): Promise<void>;
  /** The text of a file in a commit; undefined if it has none there. */
  fileAt(commit: string, path: string): Promise<string | undefined>;
  /** With `discard`, nothing that was left here is used again. */
  giveBack(options?: { discard?: boolean }): Promise<void>;
}
