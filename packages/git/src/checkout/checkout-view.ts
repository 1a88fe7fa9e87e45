import { gitFields, readablePath } from '../objects/byte-paths.ts';
import { awaitIndexUnlocked, withIndexCopy } from './checkout-index.ts';
import { blockers, overlaps, treeKeeping, type MoveOptions } from './checkout.ts';
import { GitError } from '../errors.ts';
import type { Repository } from '../repository.ts';
import { git } from '../process/run.ts';

export interface CheckoutFile {
  /** The index entry, undefined when the path is not in the index (or unmerged). */
  readonly staged: { mode: string; oid: string } | undefined;
  /** Whether the file on disk differs from the index entry (missing counts). */
  readonly modified: boolean;
}

/** How a checkout stands at one moment, asked of a refreshed copy of its index. */
export interface CheckoutView {
  readonly file: (path: string) => Promise<CheckoutFile>;
  /**
   * What in a checkout of `from` stands in the way of moving it to `to`: modified, staged, untracked and ignored
   * files. Empty when `moveCheckout` can go.
   */
  readonly conflicts: (from: string, to: string, options?: MoveOptions) => Promise<string[]>;
}

/** Looks at a checkout and changes nothing. Throws `CheckoutError` INDEX_LOCKED. */
export async function viewCheckout<T>(
  checkout: Repository,
  look: (view: CheckoutView) => Promise<T>,
): Promise<T> {
  await awaitIndexUnlocked(checkout);
  return withIndexCopy(checkout, (indexFile) =>
    look({
      file: async (path) => {
        const lines = await gitFields(checkout, ['ls-files', '-s', '-z', '--', path], { indexFile });
        const match = lines.length === 1 ? /^(\d{6}) ([0-9a-f]+) 0\t/.exec(lines[0] ?? '') : null;
        if (!match) return { staged: undefined, modified: false };
        const args = ['diff-files', '-z', '--name-only', '--', path];
        const changed = await gitFields(checkout, args, { indexFile });
        return { staged: { mode: match[1] ?? '', oid: match[2] ?? '' }, modified: changed.length > 0 };
      },
      conflicts: async (from, to, { except = [] } = {}) => {
        const target = await treeKeeping(checkout, from, to, except);
        const found = await blockers(checkout, indexFile, from, target);
        if (found.length > 0) return found.map(readablePath);
        try {
          await git(checkout, ['read-tree', '-n', '-m', '-u', from, target], { indexFile });
          return [];
        } catch (error) {
          if (!(error instanceof GitError)) throw error;
          return (await overlaps(checkout, indexFile, from, target, error)).map(readablePath);
        }
      },
    }),
  );
}
