import { lstat, readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { gitFields, onDisk, readablePath } from '../objects/byte-paths.ts';
import { fetchCommit } from '../objects/commits.ts';
import { git, type GitOptions } from '../process/run.ts';
import type { Identity } from '../repository/identity.ts';
import type { Repository } from '../repository.ts';
import { GIT_TIMEOUT_MS } from './blocking-files.ts';
import { ScratchObjects } from './scratch-objects.ts';
import { isSelfContained } from './self-contained.ts';
import { snapshotWorktree } from './snapshot-worktree.ts';

/** Work in a submodule that cannot land, because no other clone could check it out. */
export interface SubmoduleWork {
  /** Relative to the top of the worktree. */
  readonly path: string;
  readonly reason: string;
  /** The work, saved in the user's repository; undefined if it could not be read. */
  readonly commit?: string;
}

export interface SubmoduleState {
  /** Byte paths of submodules, whose entries in the tree are decided here. */
  readonly paths: readonly string[];
  /** Submodules that are new or at another commit. The commit exists in the submodule's own remote. */
  readonly moved: ReadonlyMap<string, string>;
  readonly refused: readonly SubmoduleWork[];
}

export interface SubmoduleOptions {
  readonly repository: Repository;
  readonly workTree: string;
  readonly indexFile: string;
  readonly message: string;
  readonly author: Identity;
  readonly date: Date;
  /** Creates a ref to the work in a submodule. */
  readonly refer: ((path: string, commit: string) => Promise<void>) | undefined;
  readonly signal?: AbortSignal;
}

const NONE: SubmoduleState = { paths: [], moved: new Map(), refused: [] };

/** Decides the entries of the submodules in a worktree. Costs nothing if there are none. */
export async function submoduleState(options: SubmoduleOptions): Promise<SubmoduleState> {
  const { repository, workTree, indexFile } = options;
  return stateBelow({ ...options, top: workTree, prefix: '' }, () =>
    gitFields(repository, ['ls-files', '--stage', '-z'], { indexFile }),
  );
}

interface Place extends SubmoduleOptions {
  /** Top of the worktree. `workTree` is its submodule at `prefix`. */
  readonly top: string;
  /** A byte path with a trailing slash, or empty. */
  readonly prefix: string;
}

/** `list` returns lines of mode, id and path. */
async function stateBelow(place: Place, list: () => Promise<string[]>): Promise<SubmoduleState> {
  const { workTree, signal } = place;
  const modules = await lstat(join(workTree, '.gitmodules')).catch(() => undefined);
  if (!modules?.isFile()) return NONE;
  const recorded = new Map(
    (await list()).flatMap((line) => {
      const id = /^160000 (?:commit )?([0-9a-f]+)/.exec(line)?.[1];
      return id === undefined ? [] : [[line.slice(line.indexOf('\t') + 1), id] as const];
    }),
  );
  return statesOf(place, recorded, await declaredPaths(workTree, signal));
}

/** The paths in `.gitmodules`, which is untrusted. */
async function declaredPaths(workTree: string, signal: AbortSignal | undefined): Promise<string[]> {
  const args = [
    'config',
    '-z',
    '--file',
    join(workTree, '.gitmodules'),
    '--get-regexp',
    '^submodule\\..*\\.path$',
  ];
  const limits = { timeout: GIT_TIMEOUT_MS, ...(signal && { signal }) };
  const fields = await gitFields(workTree, args, { ...limits, allowExit: [1] }).catch(() => []);
  return fields
    .map((field) => field.slice(field.indexOf('\n') + 1).replace(/\/+$/, ''))
    .filter((path) => path !== '' && !path.startsWith('/') && !path.split('/').includes('..'));
}

async function statesOf(
  place: Place,
  recorded: ReadonlyMap<string, string>,
  declared: readonly string[],
): Promise<SubmoduleState> {
  const moved = new Map<string, string>();
  const refused: SubmoduleWork[] = [];
  const paths: string[] = [];
  for (const path of new Set([...recorded.keys(), ...declared])) {
    const state = await stateOf(place, path, recorded.get(path), refused);
    // Removed together with its entry in .gitmodules, which is a change like any other.
    if (state === 'gone' && !declared.includes(path)) continue;
    if (state === 'files' && !recorded.has(path)) continue;
    paths.push(path);
    if (typeof state !== 'object') continue;
    if ('reason' in state) refused.push(state);
    else moved.set(path, state.at);
  }
  return { paths, moved, refused };
}

type State = 'gone' | 'as-recorded' | 'files' | { readonly at: string } | SubmoduleWork;

/** Work in nested submodules is added to `nested`. */
async function stateOf(
  place: Place,
  path: string,
  recorded: string | undefined,
  nested: SubmoduleWork[],
): Promise<State> {
  const { workTree, signal, top, repository } = place;
  const directory = onDisk(workTree, path).toString();
  const entries = await readdir(directory).catch(() => undefined);
  if (entries === undefined) return 'gone';
  if (entries.length === 0) return 'as-recorded';
  const limits: GitOptions = { timeout: GIT_TIMEOUT_MS, ...(signal && { signal }) };
  const gitDir = await gitDirOf(top, directory);
  if (gitDir === undefined && recorded === undefined) return 'files';
  try {
    await using scratch = await ScratchObjects.open(repository);
    const snapshot = (base: string, alternates: string[], submodules = NONE) =>
      snapshotWorktree(
        {
          repository,
          workTree: directory,
          indexFile: join(top, '.git/sage-none'),
          indexCommit: undefined,
          base,
          exclude: [],
          alternates,
          submodules,
          signal,
        },
        scratch,
      );
    if (gitDir === undefined) {
      const empty = await git(repository, ['hash-object', '-t', 'tree', '--stdin'], { input: '' });
      const { tree } = await snapshot(empty, []);
      // Only empty folders.
      if (tree === undefined) return 'as-recorded';
      const reason = 'files were written into it, though it is not checked out';
      return await refusal(place, path, { reason, kept: { tree, scratch } });
    }
    const asked = ['rev-parse', 'HEAD^{commit}', 'HEAD^{tree}'];
    const [head = '', tree = ''] = (await git(directory, asked, { gitDir, ...limits })).split('\n');
    const below = await stateBelow({ ...place, workTree: directory, prefix: `${place.prefix}${path}/` }, () =>
      gitFields(directory, ['ls-tree', '-r', '-z', head], { gitDir, ...limits }),
    );
    nested.push(...below.refused);
    const found = await snapshot(head, [join(gitDir, 'objects')], below);
    if (found.tree !== undefined && found.tree !== tree)
      return await refusal(place, path, {
        reason: 'it has changes that are not committed',
        kept: { at: { gitDir, head, tree }, tree: found.tree, scratch },
      });
    if (head === recorded) return 'as-recorded';
    const where = ['for-each-ref', '--count=1', '--contains', head, 'refs/remotes', 'refs/tags'];
    if ((await git(directory, where, { gitDir, ...limits })) !== '') return { at: head };
    return await refusal(place, path, {
      reason: 'it has commits that its own repository does not have',
      kept: { at: { gitDir, head, tree }, tree, scratch },
    });
  } catch (error) {
    signal?.throwIfAborted();
    const [line] = (error instanceof Error ? error.message : String(error)).split('\n');
    return refusal(place, path, { reason: `it cannot be read (${line})` });
  }
}

interface Kept {
  /** The commit that the submodule is at. */
  readonly at?: { readonly gitDir: string; readonly head: string; readonly tree: string };
  /** Its files. */
  readonly tree: string;
  readonly scratch: ScratchObjects;
}

async function refusal(
  { repository, message, author, date, refer, signal, prefix }: Place,
  path: string,
  { reason, kept }: { reason: string; kept?: Kept },
): Promise<SubmoduleWork> {
  const name = readablePath(prefix + path);
  if (kept === undefined || refer === undefined) return { path: name, reason };
  const { at, tree, scratch } = kept;
  const limits = { timeout: GIT_TIMEOUT_MS, ...(signal && { signal }) };
  if (at) await fetchCommit(repository, at.gitDir, at.head, limits);
  const made = { ...author, date };
  const parents = at ? [at.head] : [];
  const commit =
    at?.tree === tree
      ? at.head
      : scratch.writeCommit({ tree, parents, message, author: made, committer: made });
  if (commit === undefined) return { path: name, reason };
  await scratch.publish(() => refer(name, commit), signal);
  return { path: name, reason, commit };
}

/** Only a git directory inside the worktree, because another one may be someone else's repository. */
async function gitDirOf(workTree: string, directory: string): Promise<string | undefined> {
  const link = join(directory, '.git');
  const status = await lstat(link).catch(() => undefined);
  if (status?.isDirectory()) return (await isSelfContained(link, workTree)) ? link : undefined;
  if (!status?.isFile() || status.size > 10_000) return undefined;
  const [, to] = /^gitdir: (.*?)\n?$/s.exec(await readFile(link, 'utf8')) ?? [];
  const gitDir = to === undefined ? undefined : resolve(directory, to);
  return gitDir !== undefined && (await isSelfContained(gitDir, workTree)) ? gitDir : undefined;
}
