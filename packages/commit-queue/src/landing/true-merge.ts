import { mergeTrees, type GitSession } from '@sage/git';

/** A commit that carries work, and the tip that it was put on. */
export interface LandedWork {
  readonly parent: string;
  /** The finished work, and the commit that it started from. */
  readonly commit: string;
  readonly base: string;
}

/** A merged tree, and its difference from the parent's tree (a result of `GitSession.diffTrees`). */
export interface MergedTree {
  readonly tree: string;
  readonly change: Buffer;
}

/**
 * Whether `tree` is the merge of the work into the parent, determined in a different way than the merge was made. If
 * nobody else has changed the same files, the parent and the tree differ exactly as base and work do: the two raw
 * differences are the same bytes. In every other case, a new git process merges again.
 */
export async function isTrueMerge(
  session: GitSession,
  work: LandedWork,
  { tree, change }: MergedTree,
): Promise<boolean> {
  const [base, commit] = await Promise.all([session.readCommit(work.base), session.readCommit(work.commit)]);
  if (!commit) return false;
  if (base && commit.parents.length === 1 && commit.parents[0] === work.base) {
    const asked = await session.diffTrees(base.tree, commit.tree);
    if (asked.equals(change)) return true;
  }
  const again = await mergeTrees(session.pinned, work.parent, work.commit);
  return again.conflicts.length === 0 && again.tree === tree;
}
