import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gitFields, onDisk, readablePath, toBytePath, toInput } from '../objects/byte-paths.ts';
import { commitEnvironment } from '../objects/commits.ts';
import { GitError } from '../errors.ts';
import type { Identity } from '../repository/identity.ts';
import { objectEnvironment } from '../objects/object-environment.ts';
import type { Repository } from '../repository.ts';
import { git, gitRaw, type GitOptions } from '../process/run.ts';
import { withTemporaryIndex } from '../objects/temporary-index.ts';

export interface WorktreeSnapshot {
  commit: string;
  /** Paths that differ from the base. */
  changedFiles: string[];
  /** Paths that git cannot carry (unreadable, called `.GIT`, ...): left out of the commit. */
  skipped: string[];
}

export interface CommitWorktreeOptions {
  /** The user's repository: its filters, attributes and ignore rules decide, never the worktree's own. */
  repository: Repository;
  /** The worktree's private git directory (`worktreeGitDir`); the commit is written to its repository. */
  gitDir: string;
  workTree: string;
  /** Full id of the commit that becomes the only parent. */
  base: string;
  /** Files and folders that keep the base's version, such as `.sage/`. */
  exclude: readonly string[];
  message: string;
  author: Identity;
  committer: Identity;
  date: Date;
}

/**
 * Everything in a worktree as one commit on `base`: added, edited and deleted files, modes, symlinks, whether
 * they were committed, staged or left alone; ignored files stay out unless they were added by force. The
 * worktree's HEAD, refs, index and configuration belong to whoever worked there and are not trusted: the
 * files are compared with `base` anew. Files of repositories made inside the worktree are added as files.
 * undefined when nothing differs from the base.
 */
export async function commitWorktree(options: CommitWorktreeOptions): Promise<WorktreeSnapshot | undefined> {
  const { repository, base } = options;
  return withTemporaryIndex(async (indexFile) => {
    const run = runOptions(options, indexFile);
    await git(repository, ['read-tree', base], run);
    const skipped = await addTracked(repository, run);
    const paths = await untrackedPaths(options, run);
    skipped.push(...(await addPaths(repository, run, paths)));
    await restoreFromBase(options, run);
    const tree = await git(repository, ['write-tree'], run);
    if (tree === (await git(repository, ['rev-parse', `${base}^{tree}`], run))) return undefined;
    const date = options.date;
    const signatures = { author: { ...options.author, date }, committer: { ...options.committer, date } };
    const commit = await git(repository, ['commit-tree', tree, '-p', base], {
      ...run,
      input: options.message.replaceAll('\0', ''),
      environment: { ...run.environment, ...commitEnvironment(signatures) },
    });
    const diff = ['diff-tree', '-r', '-z', '--name-only', '--no-renames', base, commit];
    const changed = await gitFields(repository, diff, run);
    return { commit, changedFiles: changed.map(readablePath), skipped: skipped.map(readablePath) };
  });
}

function runOptions({ repository, gitDir, workTree }: CommitWorktreeOptions, indexFile: string): GitOptions {
  // A linked worktree's directory is always <common>/worktrees/<name>; its `commondir` file could be forged.
  const common = dirname(dirname(gitDir));
  return {
    cwd: workTree,
    workTree,
    indexFile,
    config: ['core.sparseCheckout=false', 'core.bare=false'],
    environment: objectEnvironment(repository, join(common, 'objects')),
  };
}

/** Returns what could not be added. */
async function addTracked(repository: Repository, run: GitOptions): Promise<string[]> {
  const added = await gitRaw(repository, ['add', '--update', '--ignore-errors'], { ...run, allowExit: [1] });
  return added.exitCode === 0 ? [] : gitFields(repository, ['diff-files', '-z', '--name-only'], run);
}

async function untrackedPaths(options: CommitWorktreeOptions, run: GitOptions): Promise<string[]> {
  const { repository, gitDir, workTree } = options;
  const others = await gitFields(repository, ['ls-files', '--others', '--exclude-standard', '-z'], run);
  const embedded = others.filter((path) => path.endsWith('/'));
  const files = others.filter((path) => !path.endsWith('/'));
  const inside: string[] = [];
  for (const directory of embedded) inside.push(...(await filesBelow(workTree, directory)));
  return [
    ...files,
    ...(await withoutIgnored(repository, run, inside)),
    ...(await addedByForce(options, run, join(gitDir, 'index'))),
  ];
}

/** Git does not look into an embedded repository, so this does. */
async function filesBelow(workTree: string, directory: string): Promise<string[]> {
  const found: string[] = [];
  const pending = [directory];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const entries: Dirent<Buffer>[] = await readdir(onDisk(workTree, next), {
      withFileTypes: true,
      encoding: 'buffer',
    });
    for (const entry of entries) {
      const path = next + entry.name.toString('latin1');
      if (entry.name.toString() === '.git') continue;
      if (entry.isDirectory()) pending.push(`${path}/`);
      else if (entry.isFile() || entry.isSymbolicLink()) found.push(path);
    }
  }
  return found;
}

async function withoutIgnored(repository: Repository, run: GitOptions, paths: string[]): Promise<string[]> {
  if (paths.length === 0) return [];
  // check-ignore knows no literal pathspecs; with `./` in front nothing is magic.
  const ignored = await gitFields(repository, ['check-ignore', '-z', '--stdin'], {
    ...run,
    environment: { ...run.environment, GIT_LITERAL_PATHSPECS: '0' },
    input: toInput(paths.map((path) => `./${path}`)),
    allowExit: [1],
  });
  const set = new Set(ignored);
  return paths.filter((path) => !set.has(`./${path}`));
}

/** Ignored files that were added all the same are meant. That index is read as data; a broken one says nothing. */
async function addedByForce(
  { repository, base }: CommitWorktreeOptions,
  run: GitOptions,
  index: string,
): Promise<string[]> {
  try {
    const args = ['diff-index', '--cached', '-z', '--name-only', '--no-renames', '--diff-filter=A', base];
    return await gitFields(repository, args, { ...run, indexFile: index });
  } catch (error) {
    if (error instanceof GitError) return [];
    throw error;
  }
}

/** One bad path fails a whole update, so halve until it stands alone. Returns the bad ones. */
async function addPaths(
  repository: Repository,
  run: GitOptions,
  paths: readonly string[],
): Promise<string[]> {
  if (paths.length === 0) return [];
  try {
    // --remove: a file may vanish between the listing and now.
    const args = ['update-index', '--add', '--remove', '--replace', '-z', '--stdin'];
    const { stderr } = await gitRaw(repository, args, { ...run, input: toInput(paths) });
    // A forbidden name is the one thing that it passes over with exit code 0.
    if (!stderr.includes('Ignoring path ')) return [];
    const present = new Set(await gitFields(repository, ['ls-files', '-z'], run));
    return paths.filter((path) => !present.has(path));
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    if (paths.length === 1) return [...paths];
    const half = Math.ceil(paths.length / 2);
    const first = await addPaths(repository, run, paths.slice(0, half));
    return [...first, ...(await addPaths(repository, run, paths.slice(half)))];
  }
}

async function restoreFromBase(options: CommitWorktreeOptions, run: GitOptions): Promise<void> {
  const { repository, base } = options;
  const paths = options.exclude.map((path) => path.replace(/\/+$/, ''));
  if (paths.length === 0) return;
  const unlike = ['diff-index', '--cached', '-z', '--name-only', '--no-renames', base, '--', ...paths];
  if ((await gitFields(repository, unlike, run)).length === 0) return;
  const now = await gitFields(repository, ['ls-files', '-s', '-z', '--', ...paths], run);
  const before = await gitFields(
    repository,
    ['ls-tree', '-r', '-z', '--full-tree', base, '--', ...paths],
    run,
  );
  const none = '0'.repeat(base.length);
  const lines = [
    // A file where the base has a folder shows under the folder's own name.
    ...new Set([...now.map((line) => line.slice(line.indexOf('\t') + 1)), ...paths.map(toBytePath)]),
  ].map((path) => `0 ${none}\t${path}`);
  for (const line of before) {
    const [mode, , oid] = line.slice(0, line.indexOf('\t')).split(' ');
    lines.push(`${mode} ${oid}${line.slice(line.indexOf('\t'))}`);
  }
  const args = ['update-index', '-z', '--replace', '--index-info'];
  await git(repository, args, { ...run, input: toInput(lines) });
}
