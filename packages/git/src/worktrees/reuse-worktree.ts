import { lstat, mkdir, readdir } from 'node:fs/promises';
import { gitFields, onDisk } from '../objects/byte-paths.ts';
import { GitError } from '../errors.ts';
import { git, type GitOptions } from '../process/run.ts';
import type { Repository } from '../repository.ts';
import { GIT_TIMEOUT_MS, withoutBlocking } from './blocking-files.ts';
import { removeTree } from '../remove-tree.ts';

/** The files of a worktree. Its git directory is not used. */
export interface WorktreeFiles {
  /** The user's repository, whose filters, attributes and ignore rules apply. */
  readonly repository: Repository;
  readonly workTree: string;
  /** The caller's own index, because the agent's could be forged. */
  readonly indexFile: string;
}

/** Brings tracked files to the state of a commit, whatever was done to them. Untracked files stay if possible. */
export async function moveWorktree(files: WorktreeFiles, commit: string): Promise<void> {
  await mkdir(files.workTree, { recursive: true });
  await withoutBlocking(files.workTree, (signal) =>
    git(files.repository, ['read-tree', '--reset', '-u', commit], { ...run(files), signal }),
  );
}

/**
 * Removes untracked files. `keepIgnored` keeps the files that git ignores. Returns false if the worktree must not be
 * reused, because of folders that cannot be entered or a repository inside a tracked folder.
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
  // The change time cannot be faked, so git has to trust it to notice every change.
  const config = [
    'core.sparseCheckout=false',
    'core.bare=false',
    'core.trustctime=true',
    'core.checkStat=default',
  ];
  return { cwd: workTree, workTree, indexFile, config, timeout: GIT_TIMEOUT_MS };
}

/**
 * Checks what git overlooks: a `.git` in a tracked folder, the mode of folders, and what is in the place of a
 * submodule.
 */
async function foldersAreSound(files: WorktreeFiles, commit: string): Promise<boolean> {
  const format = ['--format=%(objectmode) %(path)'];
  const args = ['ls-tree', '-r', '-d', '-z', ...format, commit];
  const listed = await gitFields(files.repository, args, run(files));
  const sound = await Promise.all(
    listed.map(async (line) => {
      const path = onDisk(files.workTree, line.slice(line.indexOf(' ') + 1));
      const status = await lstat(path).catch(() => undefined);
      // A missing folder is created again together with its files.
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
