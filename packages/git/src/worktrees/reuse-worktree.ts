import { lstat, mkdir, readdir } from 'node:fs/promises';
import { gitFields, onDisk } from '../objects/byte-paths.ts';
import { GitError } from '../errors.ts';
import { git, type GitOptions } from '../process/run.ts';
import type { Repository } from '../repository.ts';
import { GIT_TIMEOUT_MS, withoutBlocking } from './blocking-files.ts';
import { removeTree } from '../remove-tree.ts';

/** The files of a worktree. Its git directory has no part in this. */
export interface WorktreeFiles {
  /** The user's repository: its filters, attributes and ignore rules decide. */
  readonly repository: Repository;
  readonly workTree: string;
  /** The caller's own index: that of the agent could be forged. */
  readonly indexFile: string;
}

/** Brings the files to those of a commit, whatever became of tracked files; untracked ones stay where they can. */
export async function moveWorktree(files: WorktreeFiles, commit: string): Promise<void> {
  await mkdir(files.workTree, { recursive: true });
  await withoutBlocking(files.workTree, (signal) =>
    git(files.repository, ['read-tree', '--reset', '-u', commit], { ...run(files), signal }),
  );
}

/**
 * Removes what is not tracked, with `keepIgnored` except what git ignores. Returns false where something is odd (folders
 * that cannot be entered, a repository in a tracked folder): then the worktree is not to be used again.
 */
export async function cleanWorktree(
  files: WorktreeFiles,
  { commit, keepIgnored }: { commit: string; keepIgnored: boolean },
): Promise<boolean> {
  const { repository, workTree } = files;
  try {
    const directory = await lstat(workTree);
    if (!directory.isDirectory() || !isOpen(directory.mode)) return false;
    const args = [
      'ls-files',
      '--others',
      '--directory',
      '-z',
      ...(keepIgnored ? ['--exclude-standard'] : []),
    ];
    const { value: others } = await withoutBlocking(workTree, (signal) =>
      gitFields(repository, args, { ...run(files), signal }),
    );
    for (const path of others) await removeTree(onDisk(workTree, path.replace(/\/$/, '')));
    return await foldersAreSound(files, commit);
  } catch (error) {
    if (error instanceof GitError || (error instanceof Error && 'syscall' in error)) return false;
    throw error;
  }
}

function run({ workTree, indexFile }: WorktreeFiles): GitOptions {
  // A change of a file shows in its change time, which nobody can set: it has to be looked at.
  const config = [
    'core.sparseCheckout=false',
    'core.bare=false',
    'core.trustctime=true',
    'core.checkStat=default',
  ];
  return { cwd: workTree, workTree, indexFile, config, timeout: GIT_TIMEOUT_MS };
}

/** Git overlooks a `.git` in a tracked folder, the mode of folders, and what is in the place of a submodule. */
async function foldersAreSound(files: WorktreeFiles, commit: string): Promise<boolean> {
  const format = ['--format=%(objectmode) %(path)'];
  const args = ['ls-tree', '-r', '-d', '-z', ...format, commit];
  const listed = await gitFields(files.repository, args, run(files));
  const sound = await Promise.all(
    listed.map(async (line) => {
      const path = onDisk(files.workTree, line.slice(line.indexOf(' ') + 1));
      const status = await lstat(path).catch(() => undefined);
      // What is missing is made again with its files.
      if (!status?.isDirectory()) return line.startsWith('160000 ') || status === undefined;
      if (!isOpen(status.mode)) return false;
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
