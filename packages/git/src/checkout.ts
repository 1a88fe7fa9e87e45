import { lstat } from 'node:fs/promises';
import { gitFields, onDisk, readablePath, toBytePath } from './byte-paths.ts';
import { awaitIndexUnlocked, readTreeInto, withIndexCopy, withLockedIndex } from './checkout-index.ts';
import { CheckoutError, GitError } from './errors.ts';
import type { Repository } from './repository.ts';
import { git } from './run.ts';
import { treeEntry, treeWithEntries, type TreeChange } from './trees.ts';

export interface MoveOptions {
  /** Paths whose index entry and file stay as they are. */
  except?: readonly string[];
}

/**
 * What in a checkout of `from` stands in the way of moving it to `to`: modified, staged, untracked and ignored
 * files. Empty when `moveCheckout` can go. Changes nothing. Throws `CheckoutError` INDEX_LOCKED.
 */
export async function checkoutConflicts(
  checkout: Repository,
  from: string,
  to: string,
  { except = [] }: MoveOptions = {},
): Promise<string[]> {
  await awaitIndexUnlocked(checkout);
  const target = await treeKeeping(checkout, from, to, except);
  return withIndexCopy(checkout, async (index) =>
    (await blockers(checkout, index, from, target)).map(readablePath),
  );
}

/**
 * Moves index and files of a checkout from `from` to `to` (the branch itself has already moved). Local changes
 * beside the difference stay; where one overlaps, nothing moves: `CheckoutError` CHECKOUT_CONFLICT.
 */
export async function moveCheckout(
  checkout: Repository,
  from: string,
  to: string,
  { except = [] }: MoveOptions = {},
): Promise<void> {
  const target = await treeKeeping(checkout, from, to, except);
  await withLockedIndex(checkout, async (index) => {
    const blocked = await blockers(checkout, index, from, target);
    if (blocked.length > 0) {
      throw new CheckoutError('CHECKOUT_CONFLICT', checkout.root, blocked.map(readablePath));
    }
    await readTreeInto(checkout, index, from, target);
  });
}

/** `to` with the excepted paths as they are in `from`, so that a two-way merge leaves them alone. */
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

export interface TreeDifference {
  /** A byte path. */
  path: string;
  before: { mode: string; oid: string } | undefined;
  after: { mode: string; oid: string } | undefined;
}

export async function treeDifferences(
  checkout: Repository,
  from: string,
  to: string,
): Promise<TreeDifference[]> {
  const fields = await gitFields(checkout, ['diff-tree', '-r', '-z', '--no-renames', from, to]);
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

/** Byte paths that forbid the move; git's own dry run has the last word. */
async function blockers(checkout: Repository, index: string, from: string, to: string): Promise<string[]> {
  const differences = await treeDifferences(checkout, from, to);
  const blocked = await obstructions(checkout, index, differences);
  if (blocked.length > 0) return blocked;
  try {
    await git(checkout, ['read-tree', '-n', '-m', '-u', from, to], { indexFile: index });
    // A file that the user has removed would come back: git takes that for harmless.
    const args = ['diff-files', '-z', '--name-only', '--diff-filter=D'];
    const removed = new Set(await gitFields(checkout, args, { indexFile: index }));
    return differences.filter(({ path, after }) => after && removed.has(path)).map(({ path }) => path);
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    const run = { indexFile: index };
    const dirty = new Set([
      ...(await gitFields(checkout, ['diff-files', '-z', '--name-only'], run)),
      ...(await gitFields(
        checkout,
        ['diff-index', '--cached', '-z', '--name-only', '--no-renames', from],
        run,
      )),
    ]);
    const overlap = differences.map(({ path }) => path).filter((path) => dirty.has(path));
    const named = /'(.*)'/.exec(error.stderr)?.[1];
    if (overlap.length === 0 && named === undefined) throw error;
    return overlap.length > 0 ? overlap : [toBytePath(named ?? '')];
  }
}

/**
 * Untracked and ignored files where the move would write one. Git's read-tree takes ignored files as
 * expendable and overwrites them without a word (a `.env`, say), so this looks before it does.
 */
async function obstructions(
  checkout: Repository,
  index: string,
  differences: TreeDifference[],
): Promise<string[]> {
  const added = differences.filter(({ before }) => before === undefined).map(({ path }) => path);
  if (added.length === 0) return [];
  const leaving = new Set(differences.filter(({ after }) => after === undefined).map(({ path }) => path));
  const folded = new Set([...leaving].map((path) => path.toLowerCase()));
  const tracked = new Set(await gitFields(checkout, ['ls-files', '-z'], { indexFile: index }));
  const free = new Set<string>();
  const found = new Set<string>();
  for (const path of added) {
    const steps = path.split('/');
    for (let depth = 1; depth <= steps.length; depth += 1) {
      const step = steps.slice(0, depth).join('/');
      if (free.has(step)) continue;
      const status = await lstat(onDisk(checkout.root, step)).catch(() => undefined);
      if (status === undefined) break;
      if (depth < steps.length && status.isDirectory()) free.add(step);
      else if (status.isDirectory()) {
        const args = ['ls-files', '--others', '-z', '--', readablePath(step)];
        for (const other of await gitFields(checkout, args, { indexFile: index })) found.add(other);
      } else if (!tracked.has(step) && !folded.has(step.toLowerCase())) found.add(step);
      if (!status.isDirectory()) break;
    }
  }
  return [...found];
}
