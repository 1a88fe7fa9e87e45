import { gitFields, readablePath, toBytePath, toInput } from './byte-paths.ts';
import { DURABLE_CONFIG } from '../process/environment.ts';
import { GitError } from '../errors.ts';
import type { Repository } from '../repository.ts';
import { objectEnvironment } from './object-environment.ts';
import { git, gitRaw } from '../process/run.ts';
import { withTemporaryIndex } from './temporary-index.ts';

export interface TreeEntry {
  /** Six octal digits: 100644, 100755, 120000 (symlink), 160000 (submodule), 040000 (directory). */
  readonly mode: string;
  readonly type: string;
  readonly oid: string;
}

export interface MergeResult {
  /** The merged tree. With conflicts, it contains conflict markers and must not be committed. */
  readonly tree: string;
  readonly conflicts: { path: string }[];
  /** Git's own messages, of one or more lines each. */
  readonly messages: string[];
}

/**
 * Merges two commits (full ids) without touching a work tree, an index or a ref. `objects` is a separate object
 * directory: its objects are visible, and new ones are written there.
 */
export async function mergeTrees(
  repository: Repository,
  ours: string,
  theirs: string,
  { objects }: { objects?: string } = {},
): Promise<MergeResult> {
  const args = ['merge-tree', '--write-tree', '-z', '--name-only', '--messages', ours, theirs];
  const environment = objects === undefined ? {} : objectEnvironment(repository, objects);
  const fields = await gitFields(repository, args, { allowExit: [1], config: DURABLE_CONFIG, environment });
  const [tree = '', ...rest] = fields;
  // Git exits with 1 for a conflict, but also for an object that it cannot read.
  if (!/^[0-9a-f]{40,64}$/.test(tree)) throw new GitError(args, 1, 'fatal: not something that can be merged');
  // After the conflicted paths comes an empty field, then for each message: count, that many paths, kind, text.
  const end = rest.indexOf('');
  const paths = end < 0 ? rest : rest.slice(0, end);
  const messages: string[] = [];
  for (let at = end < 0 ? rest.length : end + 1; at < rest.length;) {
    at += Number(rest[at]) + 2;
    messages.push(readablePath(rest[at] ?? '').trim());
    at += 1;
  }
  return { tree, conflicts: [...new Set(paths)].map((path) => ({ path: readablePath(path) })), messages };
}

/** The entry of a commit or tree at exactly this path. */
export async function treeEntry(
  repository: Repository,
  treeish: string,
  path: string,
): Promise<TreeEntry | undefined> {
  const [line] = await gitFields(repository, ['ls-tree', '-z', '--full-tree', treeish, '--', path]);
  const match = /^(\d{6}) (\w+) ([0-9a-f]+)\t/.exec(line ?? '');
  if (!match) return undefined;
  const [, mode = '', type = '', oid = ''] = match;
  return { mode, type, oid };
}

/** The text of a file in a commit; undefined if it has no file there. The text of a symlink is its target. */
export async function readBlob(
  repository: Repository,
  commit: string,
  path: string,
): Promise<string | undefined> {
  const entry = await treeEntry(repository, commit, path);
  if (entry?.type !== 'blob') return undefined;
  return Buffer.from(await readObject(repository, entry.oid)).toString('utf8');
}

/** The bytes of a blob. */
export async function readObject(repository: Repository, oid: string): Promise<Uint8Array> {
  return (await gitRaw(repository, ['cat-file', 'blob', oid])).stdout;
}

/** Stores bytes as a blob, unfiltered, and returns its id. */
export async function writeObject(repository: Repository, content: string | Uint8Array): Promise<string> {
  const args = ['hash-object', '-w', '--stdin', '--no-filters'];
  return git(repository, args, { input: content, config: DURABLE_CONFIG });
}

/** Adds or replaces these files in `tree`; an existing file keeps its mode. Returns the new tree's id. */
export async function writeTreeWith(
  repository: Repository,
  tree: string,
  files: readonly { path: string; content: string | Uint8Array }[],
): Promise<string> {
  const entries: TreeChange[] = [];
  for (const { path, content } of files) {
    const oid = await writeObject(repository, content);
    const previous = await treeEntry(repository, tree, path);
    entries.push({ path: toBytePath(path), mode: previous?.type === 'blob' ? previous.mode : '100644', oid });
  }
  return treeWithEntries(repository, tree, entries);
}

export interface TreeChange {
  /** A byte path. */
  readonly path: string;
  readonly mode: string;
  /** Undefined removes the path. */
  readonly oid: string | undefined;
}

export async function treeWithEntries(
  repository: Repository,
  tree: string,
  changes: readonly TreeChange[],
): Promise<string> {
  return withTemporaryIndex(async (indexFile) => {
    await git(repository, ['read-tree', tree], { indexFile });
    await updateIndexEntries(repository, indexFile, changes, tree.length);
    return git(repository, ['write-tree'], { indexFile, config: DURABLE_CONFIG });
  });
}

export async function updateIndexEntries(
  repository: Repository,
  indexFile: string,
  changes: readonly TreeChange[],
  idLength: number,
): Promise<void> {
  if (changes.length === 0) return;
  const none = '0'.repeat(idLength);
  const lines = changes.map(({ path, mode, oid }) => `${oid ? mode : '0'} ${oid ?? none}\t${path}`);
  // Removals first, because a file may take the place of a directory.
  lines.sort((a, b) => Number(b.startsWith('0 ')) - Number(a.startsWith('0 ')));
  const args = ['update-index', '-z', '--add', '--replace', '--index-info'];
  await git(repository, args, { indexFile, input: toInput(lines) });
}
