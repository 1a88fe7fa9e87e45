import { join } from 'node:path';
import { currentBranch, fileVersion, readRef, type Repository } from '@sage/git';

/**
 * Whether a branch (a full ref) uses the checkout's backlog. True if the branch is checked out, or does not exist
 * yet, because it will start from what is checked out.
 */
export async function isFollowed(repository: Repository, branch: string): Promise<boolean> {
  const [current, tip] = await Promise.all([currentBranch(repository), readRef(repository, branch)]);
  return current === branch || tip === undefined;
}

/** A text that changes with these files of the checkout, with HEAD and, if `branch` itself is read, with its tip. */
export async function versionOf(
  repository: Repository,
  files: readonly string[],
  branch: string | undefined,
): Promise<string> {
  const { root, gitDir } = repository;
  // Switching branches changes first the files and then HEAD.
  const versions = [...files.map((file) => join(root, file)), join(gitDir, 'HEAD')].map(fileVersion);
  // Errors about the branch are reported when the backlog is read.
  const tip = branch === undefined ? '' : await readRef(repository, branch).catch(() => '');
  return [...versions, tip].join(' ');
}
