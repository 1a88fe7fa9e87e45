import { gitFields, toBytePath } from './byte-paths.ts';
import { withIndexCopy, withLockedIndex } from './checkout-index.ts';
import type { Repository } from './repository.ts';
import { updateIndexEntries } from './trees.ts';

export interface CheckoutFile {
  /** The index entry, undefined when the path is not in the index (or unmerged). */
  staged: { mode: string; oid: string } | undefined;
  /** Whether the file on disk differs from the index entry (missing counts). */
  modified: boolean;
}

/** How one file stands in a checkout. */
export async function checkoutFile(checkout: Repository, path: string): Promise<CheckoutFile> {
  return withIndexCopy(checkout, async (indexFile) => {
    const lines = await gitFields(checkout, ['ls-files', '-s', '-z', '--', path], { indexFile });
    const match = lines.length === 1 ? /^(\d{6}) ([0-9a-f]+) 0\t/.exec(lines[0] ?? '') : null;
    if (!match) return { staged: undefined, modified: false };
    const changed = await gitFields(checkout, ['diff-files', '-z', '--name-only', '--', path], { indexFile });
    return { staged: { mode: match[1] ?? '', oid: match[2] ?? '' }, modified: changed.length > 0 };
  });
}

/** Makes a blob the staged version of a path; the file on disk stays. */
export async function stageObject(
  checkout: Repository,
  path: string,
  entry: { mode: string; oid: string },
): Promise<void> {
  await withLockedIndex(checkout, async (index) => {
    await updateIndexEntries(checkout, index, [{ path: toBytePath(path), ...entry }]);
  });
}
