import type { GitSession, LoggedCommit } from '@sage/git';
import type { QueueEntry } from '../entries/entry.ts';
import { workSide } from '../landing/work-side.ts';

/**
 * `unknown` if nothing is left to compare. Otherwise, for a difference, the expected tree and the paths that differ.
 */
export type Comparison = 'same' | 'unknown' | { readonly tree: string; readonly paths: readonly string[] };

export interface ComparedLanding {
  readonly landing: LoggedCommit;
  /** The commit that it was put on. */
  readonly parent: string | undefined;
  readonly isManaged: (path: string) => boolean;
}

/**
 * Applies the work of an entry again to the commit that it was landed on, and compares the result with the landing.
 */
export async function compareLanding(
  session: GitSession,
  { commit, base }: QueueEntry,
  { landing, parent, isManaged }: ComparedLanding,
): Promise<Comparison> {
  // Work that was already there keeps its own commit.
  if (parent === undefined || landing.oid === commit) return 'unknown';
  const treeOf = async (oid: string) => (await session.readCommit(oid))?.tree;
  const [ours, work, before, after] = await Promise.all([
    treeOf(parent),
    treeOf(commit),
    treeOf(base),
    treeOf(landing.oid),
  ]);
  // Cleaned up, and since garbage collected.
  if (ours === undefined || work === undefined || after === undefined) return 'unknown';
  const others = (changes: ReadonlyMap<string, string>) => [...changes].filter(([path]) => !isManaged(path));
  if (before !== undefined) {
    // If nobody else has changed the same files, both differences are equal, and no merge is needed.
    const [asked, made] = await Promise.all([
      session.diffTrees(before, work).then(changesOf),
      session.diffTrees(ours, after).then(changesOf),
    ]);
    const theirs = others(made);
    if (
      theirs.length === others(asked).length &&
      theirs.every(([path, change]) => asked.get(path) === change)
    )
      return 'same';
  }
  const merge = await session.merge(await workSide(session, parent, base), commit);
  const paths = others(changesOf(await session.diffTrees(merge.tree, after))).map(([path]) => path);
  if (merge.conflicts.length === 0) return paths.length === 0 ? 'same' : { tree: merge.tree, paths };
  // A rebase, commit by commit, may succeed although a merge of the whole has conflicts.
  return parent === landing.parents[0] ? { tree: merge.tree, paths } : 'unknown';
}

/** The raw changes, by path. */
function changesOf(difference: Buffer): Map<string, string> {
  const fields = difference.toString().split('\0');
  const changes = new Map<string, string>();
  for (let at = 0; at + 1 < fields.length; at += 2) changes.set(fields[at + 1] ?? '', fields[at] ?? '');
  return changes;
}
