import type { Repository } from '../repository.ts';
import { gitFields } from './byte-paths.ts';
import type { GitSession } from './session.ts';

export interface TreeDifference {
  /** A byte path. */
  readonly path: string;
  readonly before: { mode: string; oid: string } | undefined;
  readonly after: { mode: string; oid: string } | undefined;
}

export async function treeDifferences(
  checkout: Repository,
  from: string,
  to: string,
): Promise<TreeDifference[]> {
  return parseDifferences(await gitFields(checkout, ['diff-tree', '-r', '-z', '--no-renames', from, to]));
}

/** The difference of two commits or trees, without starting a process. */
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

/** The raw fields of `git diff-tree -r -z`, with byte paths. */
function parseDifferences(fields: readonly string[]): TreeDifference[] {
  const differences: TreeDifference[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [oldMode = '', newMode = '', oldOid = '', newOid = ''] = (fields[at] ?? '').slice(1).split(' ');
    differences.push({
      path: fields[at + 1] ?? '',
      before: /^0+$/.test(oldMode) ? undefined : { mode: oldMode, oid: oldOid },
      after: /^0+$/.test(newMode) ? undefined : { mode: newMode, oid: newOid },
    });
  }
  return differences;
}
