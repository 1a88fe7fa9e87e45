import { type GitSession, parseDifferences, type TreeDifference } from '@sage/git';

/** How two commits or trees differ, without a process of its own. */
export function treeDifferencesOf(
  session: GitSession,
): (from: string, to: string) => Promise<readonly TreeDifference[]> {
  const treeOf = async (id: string) => (await session.readCommit(id))?.tree ?? id;
  return async (from, to) => {
    const raw = (await session.diffTrees(await treeOf(from), await treeOf(to)))
      .toString('latin1')
      .split('\0');
    return parseDifferences(raw.slice(0, -1));
  };
}
