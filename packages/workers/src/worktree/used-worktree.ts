import type { SubmoduleWork } from '@sage/git';

/** Who works in a worktree. Those of agents are never given to checks: they could hold what an agent left there. */
export type WorktreeUse = 'agent' | 'verify';

/** What was left in a worktree. */
interface Collected {
  /** In the user's repository, and pinned there. */
  readonly commit?: string;
  readonly changedFiles: readonly string[];
  readonly ignoredFiles: readonly string[];
  /** Work in submodules that cannot land, and where it is kept. */
  readonly submodules: readonly (SubmoduleWork & { readonly ref: string })[];
  /** What else was left, or happened meanwhile, a sentence each. */
  readonly notes: readonly string[];
}

/** A worktree for one use. */
export interface UsedWorktree {
  readonly path: string;
  readonly base: string;
  readonly use: WorktreeUse;
  /** Whose processes are its: no other use has the same name at the same time. */
  readonly name: string;
  /** From 1; no two worktrees of the same use have the same at the same time. */
  readonly number: number;
  /** Everything that was left here, as commits on the base, whatever the agent did to git. */
  commit(message: string, signal?: AbortSignal): Promise<Collected>;
  /** Files that git ignores and that were written since this use began. */
  ignored(): Promise<readonly string[]>;
  /** Puts the files of a commit back and removes what is untracked; what git ignores stays, and so does HEAD. */
  putBack(commit: string): Promise<void>;
  /** The text of a file in a commit; undefined where it has none there. */
  fileAt(commit: string, path: string): Promise<string | undefined>;
  /** With `discard` nothing that was left here is seen again. */
  giveBack(options?: { discard?: boolean }): Promise<void>;
}
