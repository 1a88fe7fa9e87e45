import type { Repository } from '@sage/git';

/** Something that runs have left: a ref (full name) or a folder (path). */
export interface Residue {
  readonly kind: 'branch' | 'ref' | 'run' | 'worktrees' | 'leftover';
  readonly name: string;
  /** Why it can be removed, or why it is kept. */
  readonly why: string;
  /** The commit of a ref when it was listed. */
  readonly commit?: string;
}

export interface Found {
  readonly remove: readonly Residue[];
  /** Work that has not landed, and things still in use. */
  readonly keep: readonly Residue[];
}

export interface ResidueOptions {
  readonly repository: Repository;
  /** The directory of worktrees; by default below the user's cache folder. */
  readonly worktreesDirectory: string | undefined;
  readonly now: Date;
}
