import type { Finding } from '../finding.ts';
import { runGit } from '../git.ts';

/** The first with `merge-tree --write-tree`, by which landings are merged without a checkout. */
const NEEDED = { major: 2, minor: 38 };

/** Git is there, new enough, and in a work tree with a commit to start from. */
export async function checkGit(root: string): Promise<Finding[]> {
  const version = await runGit(root, ['--version']);
  if (!version) return [finding('parallel.git', 'fail', 'git was not found: install it, or put it on PATH')];
  const found = /(\d+)\.(\d+)\S*/.exec(version.stdout);
  const [major, minor] = [Number(found?.[1]), Number(found?.[2])];
  const enough = major > NEEDED.major || (major === NEEDED.major && minor >= NEEDED.minor);
  const name = `git ${found?.[0] ?? version.stdout.trim()}`;
  const git = enough
    ? finding('parallel.git', 'pass', `${name} has merge-tree --write-tree`)
    : finding(
        'parallel.git',
        'fail',
        `${name} is too old: install ${NEEDED.major}.${NEEDED.minor} or newer (merge-tree --write-tree)`,
      );
  return [git, await checkWorkTree(root)];
}

async function checkWorkTree(root: string): Promise<Finding> {
  const id = 'parallel.work-tree';
  const inside = await runGit(root, ['rev-parse', '--is-inside-work-tree']);
  if (inside?.code !== 0)
    return finding(id, 'fail', 'no git repository here: run git init, and commit what is there');
  if (inside.stdout.trim() !== 'true')
    return finding(id, 'fail', 'a repository without a work tree: use a clone that has one');
  const head = await runGit(root, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']);
  if (head?.code !== 0)
    return finding(id, 'fail', 'no commit yet: make a first one for workers to start from');
  return finding(id, 'pass', 'a work tree with a commit to start from');
}

function finding(id: string, status: Finding['status'], message: string): Finding {
  return { id, status, message, tickets: [] };
}
