import type { Repository } from '@sage/git';

/** Something that runs have left: a ref by its full name, a folder by its path. */
export interface Residue {
  readonly kind: 'branch' | 'ref' | 'run' | 'worktrees' | 'leftover';
  readonly name: string;
  /** Why it can go, or why it stays. */
  readonly why: string;
  /** Where a ref was when it was looked at. */
  readonly commit?: string;
}

export interface Found {
  readonly remove: readonly Residue[];
  /** Work that has not landed, and what is still in use. */
  readonly keep: readonly Residue[];
}

export interface ResidueOptions {
  readonly repository: Repository;
  /** Where worktrees are; by default below the user's cache folder. */
  readonly worktreesDirectory: string | undefined;
  readonly now: Date;
}
