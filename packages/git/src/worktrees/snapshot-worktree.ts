import { copyFile, lstat, readFile, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { GitError } from '../errors.ts';
import { gitFields, readablePath, toInput } from '../objects/byte-paths.ts';
import { withTemporaryIndex } from '../objects/temporary-index.ts';
import { isMachineError } from '../process/machine-error.ts';
import { git, gitRaw, type GitOptions } from '../process/run.ts';
import type { Repository } from '../repository.ts';
import { excludedPaths, type Exclusion, namedPaths, overlaps } from './excluded-paths.ts';
import { GIT_TIMEOUT_MS, withoutBlocking } from './blocking-files.ts';
import type { ScratchObjects } from './scratch-objects.ts';
import { embeddedFiles, worktreeChanges } from './worktree-changes.ts';

export interface WorktreeSnapshot {
  /** The files as a tree of the repository; undefined if nothing differs from the base. */
  readonly tree: string | undefined;
  /** Paths that differ from the base. */
  readonly changedFiles: readonly string[];
  /** Paths that could not be read, or that git cannot store (pipes, `.GIT`, ...). They stay as in the base. */
  readonly skipped: readonly string[];
  /** Changed paths that are excluded by name. */
  readonly excluded: readonly string[];
  /** Ignored paths that were added by force. */
  readonly forced: readonly string[];
}

export interface SnapshotOptions extends Exclusion {
  /** The user's repository, whose filters, attributes and ignore rules apply, and which gets the objects. */
  readonly repository: Repository;
  readonly workTree: string;
  /** The caller's own index of the worktree, because the agent's could be forged. It is only read. */
  readonly indexFile: string;
  /** The commit whose files this index has; undefined if unknown. */
  readonly indexCommit: string | undefined;
  /** Full id of the commit to compare with. */
  readonly base: string;
  /** Object directories that may contain the base. */
  readonly alternates?: readonly string[];
  /** By byte path: submodules whose entries are already decided, with the commit of those that moved. */
  readonly submodules?: { readonly paths: readonly string[]; readonly moved: ReadonlyMap<string, string> };
  readonly signal?: AbortSignal;
}

/**
 * Captures everything in a worktree as a tree: added, edited and deleted files, modes and symlinks, whether
 * committed, staged or neither. Ignored files are left out unless they were added by force. HEAD, refs, index and
 * configuration belong to the agent and are not trusted. Files of repositories inside the worktree are added as
 * files. The objects are written to `scratch`.
 */
export async function snapshotWorktree(
  options: SnapshotOptions,
  scratch: ScratchObjects,
): Promise<WorktreeSnapshot> {
  const { repository, workTree, base, indexCommit, signal } = options;
  return withTemporaryIndex(async (indexFile) => {
    await copyIndex(options.indexFile, indexFile);
    const run: GitOptions = {
      cwd: workTree,
      workTree,
      indexFile,
      // A change of a file shows in its change time, which cannot be faked.
      config: [
        'core.sparseCheckout=false',
        'core.bare=false',
        'core.trustctime=true',
        'core.checkStat=default',
      ],
      environment: scratch.environment(options.alternates),
      timeout: GIT_TIMEOUT_MS,
    };
    const modules = new Set(options.submodules?.paths);
    const moved = options.submodules?.moved ?? new Map<string, string>();
    // Keeps the recorded times of files that are the same in both.
    if (indexCommit !== base) await git(repository, ['read-tree', '--reset', base], run);
    const guarded = await withoutBlocking(
      workTree,
      async (stopped) => {
        const own = { ...run, signal: stopped };
        const changes = await worktreeChanges(repository, workTree, own);
        const files = changes.embedded.filter((path) => !modules.has(path.replace(/\/$/, '')));
        const embedded = await embeddedFiles(repository, workTree, files, own);
        const forced = await addedByForce(options, own);
        return { changes, embedded, forced };
      },
      { signal },
    );
    const { changes, embedded, forced } = guarded.value;
    const { removed } = guarded;
    const isExcluded = excludedPaths(options);
    const kept = (path: string) => !isExcluded(path) && !overlaps(path, [...modules, ...removed]);
    const isNamed = namedPaths(options.excludeNames ?? []);
    const untracked = new Set([...changes.untracked, ...embedded.files, ...forced].filter(kept));
    // Something in the place of a folder replaces the files in it.
    const [replaced, changed] = partition(changes.changed.filter(kept), (path) =>
      parentsOf(path).some((parent) => untracked.has(parent)),
    );
    const paths = [...changed, ...untracked];
    const skipped = [...removed, ...changes.unreadable, ...embedded.unreadable];
    const excluded = [...new Set([...changes.changed, ...changes.untracked].filter(isNamed))];
    // Git does not list embedded files by itself.
    const listed = new Set([...changes.untracked, ...embedded.files]);
    const byForce = forced.filter((path) => kept(path) && !listed.has(path)).map(readablePath);
    const added = await withoutBlocking(
      workTree,
      async (stopped, blocked) => {
        const those = paths.filter((path) => !blocked.includes(path));
        return addPaths(repository, { ...run, signal: stopped }, those);
      },
      { signal },
    );
    skipped.push(...added.value, ...added.removed);
    const dropped = new Set(skipped);
    if (moved.size > 0) await addSubmodules(repository, run, moved);
    const files = [...paths.filter((path) => !dropped.has(path)), ...moved.keys()];
    const told = {
      skipped: skipped.map(readablePath),
      excluded: excluded.map(readablePath).toSorted(),
      forced: byForce,
    };
    if (files.length === 0) return { tree: undefined, changedFiles: [], ...told };
    const tree = await git(repository, ['write-tree'], run);
    return { tree, changedFiles: [...files, ...replaced].map(readablePath).toSorted(), ...told };
  });
}

/** Keeps the index's time, because git checks files again that changed at the same instant as the index. */
async function copyIndex(from: string, to: string): Promise<void> {
  const status = await stat(from).catch(() => undefined);
  // A killed process may not have written it.
  if (!status) return;
  await copyFile(from, to);
  await utimes(to, status.atime, status.mtime);
}

function partition<T>(all: readonly T[], test: (one: T) => boolean): [T[], T[]] {
  return [all.filter(test), all.filter((one) => !test(one))];
}

function parentsOf(path: string): string[] {
  const steps = path.split('/');
  return steps.slice(1).map((_, at) => steps.slice(0, at + 1).join('/'));
}

/**
 * Ignored files that were added by force are intentional. The agent's index is read only as data, and a broken one is
 * ignored.
 */
async function addedByForce(
  { repository, workTree, indexFile, base }: SnapshotOptions,
  run: GitOptions,
): Promise<string[]> {
  const index = join(workTree, '.git/index');
  const status = await lstat(index).catch(() => undefined);
  if (!status?.isFile() || (await sameContent(index, indexFile))) return [];
  try {
    const args = ['diff-index', '--cached', '-z', '--name-only', '--no-renames', '--diff-filter=A', base];
    return await gitFields(repository, args, { ...run, indexFile: index });
  } catch (error) {
    if (isAnswer(error)) return [];
    throw error;
  }
}

/** Whether git has found fault with what it was given; else it could not do its work, or was killed. */
function isAnswer(error: unknown): boolean {
  return error instanceof GitError && error.exitCode !== undefined && !isMachineError(error);
}

async function addSubmodules(
  repository: Repository,
  run: GitOptions,
  moved: ReadonlyMap<string, string>,
): Promise<void> {
  const input = toInput([...moved].map(([path, commit]) => `160000 ${commit}\t${path}`));
  await git(repository, ['update-index', '-z', '--replace', '--index-info'], { ...run, input });
}

async function sameContent(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([readFile(one), readFile(other).catch(() => Buffer.alloc(0))]);
  return a.equals(b);
}

/**
 * One bad path makes a whole update fail, so this halves the list until each bad path is alone. Returns the bad ones.
 */
async function addPaths(
  repository: Repository,
  run: GitOptions,
  paths: readonly string[],
): Promise<string[]> {
  if (paths.length === 0) return [];
  try {
    // --remove: a file may have vanished since the listing.
    const args = ['update-index', '--add', '--remove', '--replace', '-z', '--stdin'];
    const { stderr } = await gitRaw(repository, args, { ...run, input: toInput(paths) });
    // A forbidden name is the only thing that git skips with exit code 0.
    if (!stderr.includes('Ignoring path ')) return [];
    const present = new Set(await gitFields(repository, ['ls-files', '-z'], run));
    return paths.filter((path) => !present.has(path));
  } catch (error) {
    if (!isAnswer(error)) throw error;
    if (paths.length === 1) return [...paths];
    const half = Math.ceil(paths.length / 2);
    const first = await addPaths(repository, run, paths.slice(0, half));
    return [...first, ...(await addPaths(repository, run, paths.slice(half)))];
  }
}
