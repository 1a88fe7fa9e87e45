import { lstatSync } from 'node:fs';
import { gitFields, onDisk, readablePath, toBytePath } from '../objects/byte-paths.ts';
import { type IndexLock, readTreeInto } from './checkout-index.ts';
import { CheckoutError, GitError } from '../errors.ts';
import type { Repository } from '../repository.ts';
import { type TreeDifference, treeDifferences } from '../objects/tree-differences.ts';
import { treeEntry, treeWithEntries, type TreeChange } from '../objects/trees.ts';

export interface MoveOptions {
  /** Paths whose index entry and file stay as they are. */
  except?: readonly string[];
  /** The difference of two trees or commits, if the caller has a quicker way than a process. */
  differences?: (from: string, to: string) => Promise<readonly TreeDifference[]>;
}

/**
 * Moves the index and files of a checkout from `from` to `to`; the branch itself has already moved. The caller then
 * writes the index. Local changes outside the difference stay. If one overlaps it, nothing moves: `CheckoutError`
 * CHECKOUT_CONFLICT.
 */
export async function moveCheckout(
  checkout: Repository,
  index: IndexLock,
  from: string,
  to: string,
  options: MoveOptions = {},
): Promise<void> {
  const target = await treeKeeping(checkout, from, to, options.except ?? []);
  let paths = await blockers(checkout, index.file, from, target, options);
  // git checks every path before it writes the first one.
  if (paths.length === 0)
    paths = await refusals(checkout, index, from, target, () => readTreeInto(checkout, index, from, target));
  if (paths.length > 0) throw new CheckoutError('CHECKOUT_CONFLICT', checkout.root, paths.map(readablePath));
}

/** `to` with the excepted paths as they are in `from`, so that a two-way merge does not touch them. */
export async function treeKeeping(
  checkout: Repository,
  from: string,
  to: string,
  except: readonly string[],
): Promise<string> {
  const changes: TreeChange[] = [];
  for (const path of except) {
    const [before, after] = [await treeEntry(checkout, from, path), await treeEntry(checkout, to, path)];
    if (before?.oid === after?.oid && before?.mode === after?.mode) continue;
    changes.push({ path: toBytePath(path), mode: before?.mode ?? '0', oid: before?.oid });
  }
  return changes.length === 0 ? to : treeWithEntries(checkout, to, changes);
}

/** Byte paths that forbid the move, and that git's own check overlooks. */
export async function blockers(
  checkout: Repository,
  indexFile: string,
  from: string,
  to: string,
  { differences: quicker }: MoveOptions,
): Promise<string[]> {
  const differences = await (quicker?.(from, to) ?? treeDifferences(checkout, from, to));
  const blocked = await obstructions(checkout, indexFile, differences);
  if (blocked.length > 0) return blocked;
  // A file that the user has removed would come back, which git considers harmless.
  const missing = differences.filter(
    ({ path, before, after }) =>
      before && after && !lstatSync(onDisk(checkout.root, path), { throwIfNoEntry: false }),
  );
  if (missing.length === 0) return [];
  // Files outside a sparse checkout do not count as removed.
  const args = ['diff-files', '-z', '--name-only', '--diff-filter=D'];
  const removed = new Set(await gitFields(checkout, args, { indexFile }));
  return missing.filter(({ path }) => removed.has(path)).map(({ path }) => path);
}

/**
 * Byte paths because of which git refuses a move; empty if it does not. Rethrows git's error if it has another cause.
 * @throws {CheckoutError} `UNMERGED`.
 */
export async function refusals(
  checkout: Repository,
  index: IndexLock,
  from: string,
  to: string,
  move: () => Promise<void>,
): Promise<string[]> {
  for (let refreshed = false; ; refreshed = true) {
    try {
      await move();
      return [];
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
      // Perhaps only the file's time differs. Comparing the content of all files is only worth it in this case.
      if (refreshed || !error.stderr.includes('not uptodate'))
        return overlaps(checkout, index.file, from, to, error);
      await index.refresh();
    }
  }
}

async function overlaps(
  checkout: Repository,
  indexFile: string,
  from: string,
  to: string,
  refusal: GitError,
): Promise<string[]> {
  const run = { indexFile };
  const unmerged = await gitFields(checkout, ['diff-files', '-z', '--name-only', '--diff-filter=U'], run);
  if (unmerged.length > 0)
    throw new CheckoutError('UNMERGED', checkout.root, [...new Set(unmerged)].map(readablePath));
  const staged = ['diff-index', '--cached', '-z', '--name-only', '--no-renames', from];
  const dirty = new Set([
    ...(await gitFields(checkout, ['diff-files', '-z', '--name-only'], run)),
    ...(await gitFields(checkout, staged, run)),
  ]);
  const paths = (await treeDifferences(checkout, from, to)).map(({ path }) => path);
  const overlap = paths.filter((path) => dirty.has(path));
  const named = /'(.*)'/.exec(refusal.stderr)?.[1];
  if (overlap.length === 0 && named === undefined) throw refusal;
  return overlap.length > 0 ? overlap : [toBytePath(named ?? '')];
}

/**
 * Untracked and ignored files at paths that the move would write. Git's read-tree considers ignored files (such as
 * `.env`) expendable and would silently overwrite them.
 */
async function obstructions(
  checkout: Repository,
  index: string,
  differences: readonly TreeDifference[],
): Promise<string[]> {
  const added = differences.filter(({ before }) => before === undefined).map(({ path }) => path);
  if (added.length === 0) return [];
  const leaving = new Set(differences.filter(({ after }) => after === undefined).map(({ path }) => path));
  const folded = new Set([...leaving].map((path) => path.toLowerCase()));
  let tracked: Set<string> | undefined;
  const free = new Set<string>();
  const found = new Set<string>();
  for (const path of added) {
    const steps = path.split('/');
    for (let depth = 1; depth <= steps.length; depth += 1) {
      const step = steps.slice(0, depth).join('/');
      if (free.has(step)) continue;
      // Synchronous: there may be thousands of files, and the answers come from the cache.
      const status = lstatSync(onDisk(checkout.root, step), { throwIfNoEntry: false });
      if (status === undefined) break;
      if (depth < steps.length && status.isDirectory()) free.add(step);
      else if (status.isDirectory()) {
        const args = ['ls-files', '--others', '-z', '--', readablePath(step)];
        for (const other of await gitFields(checkout, args, { indexFile: index })) found.add(other);
      } else {
        tracked ??= new Set(await gitFields(checkout, ['ls-files', '-z'], { indexFile: index }));
        if (!tracked.has(step) && !folded.has(step.toLowerCase())) found.add(step);
      }
      if (!status.isDirectory()) break;
    }
  }
  return [...found];
}
