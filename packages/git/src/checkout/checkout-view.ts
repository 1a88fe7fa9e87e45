import { gitFields, readablePath, toBytePath } from '../objects/byte-paths.ts';
import type { IndexLock } from './checkout-index.ts';
import { blockers, type MoveOptions, refusals, treeKeeping } from './checkout.ts';
import type { Repository } from '../repository.ts';
import { git } from '../process/run.ts';
import { updateIndexEntries } from '../objects/trees.ts';

export interface CheckoutFile {
  /** The index entry; undefined if the path is not in the index (or unmerged). */
  staged: { mode: string; oid: string } | undefined;
  /** Whether the file on disk differs from the index entry (or is missing). */
  modified: boolean;
}

/** The state of a file in a checkout. */
export async function viewFile(
  checkout: Repository,
  { file }: IndexLock,
  path: string,
): Promise<CheckoutFile> {
  // Prints the entry, and prints it again if the file is modified.
  const args = ['ls-files', '-s', '-m', '-z', '--', path];
  const lines = await gitFields(checkout, args, { indexFile: file });
  const match = lines.length <= 2 ? /^(\d{6}) ([0-9a-f]+) 0\t/.exec(lines[0] ?? '') : null;
  if (!match) return { staged: undefined, modified: false };
  return { staged: { mode: match[1] ?? '', oid: match[2] ?? '' }, modified: lines.length > 1 };
}

/** Stages a blob at a path; the file on disk stays. */
export async function stageObject(
  checkout: Repository,
  { file }: IndexLock,
  path: string,
  entry: { mode: string; oid: string },
): Promise<void> {
  await updateIndexEntries(checkout, file, [{ path: toBytePath(path), ...entry }], entry.oid.length);
}

/**
 * Modified, staged, untracked and ignored files that are in the way of moving a checkout from `from` to `to`. Empty
 * if `moveCheckout` would succeed. Changes nothing.
 */
export async function moveConflicts(
  checkout: Repository,
  index: IndexLock,
  from: string,
  to: string,
  options: MoveOptions = {},
): Promise<string[]> {
  const target = await treeKeeping(checkout, from, to, options.except ?? []);
  const found = await blockers(checkout, index.file, from, target, options);
  if (found.length > 0) return found.map(readablePath);
  const look = ['read-tree', '-n', '-m', '-u', from, target];
  const refused = await refusals(checkout, index, from, target, async () => {
    await git(checkout, look, { indexFile: index.file });
  });
  return refused.map(readablePath);
}
