import { join } from 'node:path';
import { currentBranch, fileVersion, readRef, type Repository } from '@sage/git';

/**
 * Whether the backlog of a branch (a full ref) is the checkout's: while the branch is checked out, or is still to be made,
 * as then it begins as what is checked out.
 */
export async function isFollowed(repository: Repository, branch: string): Promise<boolean> {
  const [current, tip] = await Promise.all([currentBranch(repository), readRef(repository, branch)]);
  return current === branch || tip === undefined;
}

/** A text that changes with these files of the checkout, with HEAD and, where `branch` is read itself, with its tip. */
export async function versionOf(
  repository: Repository,
  files: readonly string[],
  branch: string | undefined,
): Promise<string> {
  const { root, gitDir } = repository;
  // Switching branches changes the files first, then HEAD.
  const versions = [...files.map((file) => join(root, file)), join(gitDir, 'HEAD')].map(fileVersion);
  // Reading the backlog reports what is wrong with the branch.
  const tip = branch === undefined ? '' : await readRef(repository, branch).catch(() => '');
  return [...versions, tip].join(' ');
}
