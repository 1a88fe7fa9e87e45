import { lstat, open, rm } from 'node:fs/promises';
import { gitFields, onDisk, readablePath } from '../objects/byte-paths.ts';
import { checkoutFiles, type IndexLock, readTreeInto } from './checkout-index.ts';
import { type MoveOptions, treeKeeping } from './checkout.ts';
import { type TreeDifference, treeDifferences } from '../objects/tree-differences.ts';
import type { Repository } from '../repository.ts';
import { readGitOutput } from '../process/read-output.ts';
import { git } from '../process/run.ts';
import { withTemporaryIndex } from '../objects/temporary-index.ts';
import { treeWithEntries, updateIndexEntries, type TreeChange } from '../objects/trees.ts';

/**
 * Completes a move from `from` to `to` that was interrupted at any point. Some files may be at `to`, one may be
 * missing or half written, and the index is at `from` or at `to`. Changes that the user has made since are kept, as
 * changes on top of `to`, and their paths are returned. Repeating it changes nothing. The caller writes the index.
 */
export async function finishCheckout(
  checkout: Repository,
  index: IndexLock,
  from: string,
  to: string,
  { except = [] }: Pick<MoveOptions, 'except'> = {},
): Promise<string[]> {
  const target = await treeKeeping(checkout, from, to, except);
  const differences = await treeDifferences(checkout, from, target);
  if (differences.length === 0) return [];
  const unlikeFrom = await differingFrom(checkout, from);
  const unlikeTo = await differingFrom(checkout, target);
  const kept: string[] = [];
  await index.refresh();
  const entries = await indexEntries(checkout, index.file);
  const settled: TreeDifference[] = [];
  const apart: TreeDifference[] = [];
  const rewrite: string[] = [];
  for (const difference of differences) {
    const { path, before, after } = difference;
    const entry = entries.get(path);
    // Only an index entry still at `from` is moved. Any other entry is the user's, or already at `to`.
    const ours = (entry?.oid ?? '') === (before?.oid ?? '') && (entry?.mode ?? '') === (before?.mode ?? '');
    if (!ours) apart.push(difference);
    if (!ours || entry?.sparse === true) continue;
    const exists = await isInTheWay(checkout, index.file, path);
    const atFrom = before === undefined ? !exists : !unlikeFrom.has(path);
    if (atFrom) continue;
    settled.push(difference);
    const atTo = after === undefined ? !exists : !unlikeTo.has(path);
    if (atTo) continue;
    // Git unlinks a file and then writes the new one. If interrupted, the file is missing or holds a prefix of the
    // new one.
    if (after !== undefined && (!exists || (await isTorn(checkout, target, path)))) rewrite.push(path);
    else kept.push(path);
  }
  // A two-way merge leaves index and file alone if a path is the same in both trees.
  const asBefore = [...settled, ...apart].map(({ path, before }) => change(path, before));
  const rest = asBefore.length === 0 ? target : await treeWithEntries(checkout, target, asBefore);
  await readTreeInto(checkout, index, from, rest);
  await updateIndexEntries(
    checkout,
    index.file,
    settled.map(({ path, after }) => change(path, after)),
    from.length,
  );
  for (const path of rewrite) await rm(onDisk(checkout.root, path), { force: true });
  await checkoutFiles(checkout, index, rewrite);
  await index.refresh();
  return kept.map(readablePath);
}

/** Whether something is at this path, except a directory with only tracked files, which are about to leave it. */
async function isInTheWay(checkout: Repository, indexFile: string, path: string): Promise<boolean> {
  const status = await lstat(onDisk(checkout.root, path)).catch(() => undefined);
  if (!status?.isDirectory()) return status !== undefined;
  const args = ['ls-files', '--others', '-z', '--', readablePath(path)];
  return (await gitFields(checkout, args, { indexFile })).length > 0;
}

function change(path: string, entry: { mode: string; oid: string } | undefined): TreeChange {
  return { path, mode: entry?.mode ?? '0', oid: entry?.oid };
}

/** Byte paths of a commit or tree whose file on disk is missing or has different content, after filters. */
async function differingFrom(checkout: Repository, treeish: string): Promise<Set<string>> {
  return withTemporaryIndex(async (indexFile) => {
    await git(checkout, ['read-tree', treeish], { indexFile });
    await git(checkout, ['update-index', '-q', '--refresh'], { indexFile, allowExit: [1] });
    return new Set(await gitFields(checkout, ['diff-files', '-z', '--name-only'], { indexFile }));
  });
}

async function indexEntries(
  checkout: Repository,
  indexFile: string,
): Promise<Map<string, { mode: string; oid: string; sparse: boolean }>> {
  const lines = await gitFields(checkout, ['ls-files', '-s', '-t', '-z'], { indexFile });
  return new Map(
    lines.map((line) => {
      const tab = line.indexOf('\t');
      const [tag = '', mode = '', oid = ''] = line.slice(0, tab).split(' ');
      return [line.slice(tab + 1), { mode, oid, sparse: tag === 'S' }];
    }),
  );
}

async function isTorn(checkout: Repository, treeish: string, path: string): Promise<boolean> {
  const file = onDisk(checkout.root, path);
  if (!(await lstat(file)).isFile()) return false;
  const object = `${treeish}:${readablePath(path)}`;
  // In parts, because a file may be larger than any buffer.
  const handle = await open(file);
  try {
    let same = true;
    let at = 0;
    const whole = await readGitOutput(checkout, ['cat-file', '--filters', object], async (chunk) => {
      const part = Buffer.alloc(chunk.length);
      const { bytesRead } = await handle.read(part, 0, chunk.length, at);
      at += bytesRead;
      same &&= chunk.subarray(0, bytesRead).equals(part.subarray(0, bytesRead));
      return same && bytesRead === chunk.length;
    });
    // Not longer than what would be written, of which it then is a prefix.
    return same && (!whole || (await handle.stat()).size <= at);
  } finally {
    await handle.close();
  }
}
