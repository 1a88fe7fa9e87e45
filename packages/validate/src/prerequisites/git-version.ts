import { gitVersion, OLDEST_GIT, RepositoryError } from '@sage/git';
import type { Finding } from '../finding.ts';
import { askGit } from '../git.ts';

/** Checks that git is installed, new enough, and in a work tree with a commit to start from. */
export async function checkGit(root: string): Promise<Finding[]> {
  const found = await gitVersion(root).catch((error: unknown) => {
    if (error instanceof RepositoryError) return undefined;
    throw error;
  });
  if (!found) return [finding('parallel.git', 'fail', 'git was not found: install it, or put it on PATH')];
  const name = `git ${found.version}`;
  const git = found.isSupported
    ? finding('parallel.git', 'pass', `${name} has merge-tree --write-tree`)
    : finding(
        'parallel.git',
        'fail',
        `${name} is too old: install ${OLDEST_GIT} or newer (merge-tree --write-tree)`,
      );
  return [git, await checkWorkTree(root)];
}

async function checkWorkTree(root: string): Promise<Finding> {
  const id = 'parallel.work-tree';
  const inside = await askGit(root, ['rev-parse', '--is-inside-work-tree']);
  if (inside === undefined)
    return finding(id, 'fail', 'no git repository here: run git init, and commit what is there');
  if (inside !== 'true')
    return finding(id, 'fail', 'a repository without a work tree: use a clone that has one');
  if ((await askGit(root, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'])) === undefined)
    return finding(id, 'fail', 'no commit yet: make a first one for workers to start from');
  return finding(id, 'pass', 'a work tree with a commit to start from');
}

function finding(id: string, status: Finding['status'], message: string): Finding {
  return { id, status, message, tickets: [] };
}
