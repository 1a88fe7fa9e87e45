import { copyFile, lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gitFields, onDisk } from '../objects/byte-paths.ts';
import { GitError } from '../errors.ts';
import { removeTree } from './remove-tree.ts';
import type { Repository } from '../repository.ts';
import { git, type GitOptions, gitRaw } from '../process/run.ts';
import { quote } from '../repository/settings.ts';

export interface ReusedWorktree {
  /** The user's repository: its filters, attributes and ignore rules decide. */
  readonly repository: Repository;
  /** The worktree's private git directory (`worktreeGitDir`), `<common>/worktrees/<name>`. */
  readonly gitDir: string;
  readonly workTree: string;
  /** The caller's own copy of the worktree's index: that of whoever worked there could be forged. */
  readonly indexFile: string;
}

/**
 * Makes a worktree that somebody has worked in as it was: exactly the files of `commit`, nothing untracked, and
 * with `keepIgnored` the files that git ignores. Returns false where something is odd (the worktree is gone or another
 * repository's, folders that cannot be read, a repository inside it): then it is to be made anew.
 */
export async function cleanWorktree(
  worktree: ReusedWorktree,
  { commit, keepIgnored }: { commit: string; keepIgnored: boolean },
): Promise<boolean> {
  if (!(await isLinked(worktree))) return false;
  try {
    // First the files, and with them the ignore rules, then what these rules say of the rest.
    await moveFiles(worktree, commit);
    const cleaned = await gitRaw(
      worktree.repository,
      ['clean', '-ffdq', ...(keepIgnored ? [] : ['-x'])],
      run(worktree),
    );
    return cleaned.stderr === '' && (await foldersAreSound(worktree, commit));
  } catch (error) {
    if (error instanceof GitError) return false;
    throw error;
  }
}

/** Brings a clean worktree to another commit, with a git directory of its own that nobody has touched. */
export async function moveWorktree(worktree: ReusedWorktree, commit: string): Promise<void> {
  const { gitDir, workTree, indexFile } = worktree;
  await moveFiles(worktree, commit);
  await removeTree(gitDir);
  await mkdir(gitDir, { recursive: true });
  await Promise.all([
    writeFile(join(gitDir, 'HEAD'), `${commit}\n`),
    writeFile(join(gitDir, 'commondir'), '../..\n'),
    writeFile(join(gitDir, 'gitdir'), `${join(workTree, '.git')}\n`),
    copyFile(indexFile, join(gitDir, 'index')),
  ]);
}

async function moveFiles(worktree: ReusedWorktree, commit: string): Promise<void> {
  await git(worktree.repository, ['read-tree', '--reset', '-u', commit], run(worktree));
}

function run({ gitDir, workTree, indexFile }: ReusedWorktree): GitOptions {
  // A change of a file shows in its change time, which nobody can set: it has to be looked at.
  const config = [
    'core.sparseCheckout=false',
    'core.bare=false',
    'core.trustctime=true',
    'core.checkStat=default',
  ];
  // A commit made in the worktree is in its own repository only.
  const objects = join(dirname(dirname(gitDir)), 'objects');
  const environment = {
    GIT_ALTERNATE_OBJECT_DIRECTORIES: /[:"\n\\]/.test(objects) ? quote(objects) : objects,
  };
  return { cwd: workTree, workTree, indexFile, config, environment };
}

/** Whether the directory is one, and git's file in it leads where it did. */
async function isLinked({ workTree, gitDir }: ReusedWorktree): Promise<boolean> {
  try {
    const link = join(workTree, '.git');
    const [directory, file] = await Promise.all([lstat(workTree), lstat(link)]);
    return (
      directory.isDirectory() &&
      isOpen(directory.mode) &&
      file.isFile() &&
      file.size < 10_000 &&
      (await readFile(link, 'utf8')) === `gitdir: ${gitDir}\n`
    );
  } catch {
    return false;
  }
}

/** Git overlooks a `.git` in a tracked folder, the mode of folders, and what is in the place of a submodule. */
async function foldersAreSound(worktree: ReusedWorktree, commit: string): Promise<boolean> {
  const { repository, workTree } = worktree;
  const format = ['--format=%(objectmode) %(path)'];
  const listed = await gitFields(repository, ['ls-tree', '-r', '-d', '-z', ...format, commit], run(worktree));
  const sound = await Promise.all(
    listed.map(async (line) => {
      const path = onDisk(workTree, line.slice(line.indexOf(' ') + 1));
      const status = await lstat(path).catch(() => undefined);
      if (!status?.isDirectory() || !isOpen(status.mode)) return false;
      if (line.startsWith('160000 ')) return (await readdir(path)).length === 0;
      const inner = Buffer.concat([path, Buffer.from('/.git')]);
      return (await lstat(inner).catch(() => undefined)) === undefined;
    }),
  );
  return sound.every(Boolean);
}

function isOpen(mode: number): boolean {
  return (mode & 0o700) === 0o700;
}
