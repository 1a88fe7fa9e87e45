import { git, type Repository, SAGE_PATHS } from '@sage/git';
import { CannotStartError } from '../errors.ts';

/** Where runs keep what they are resumed with: commands among it, and processes to end. */
const OWN = [SAGE_PATHS.runs, SAGE_PATHS.queue, SAGE_PATHS.cache];

/** What git tracks of it, as a path: that came with the repository, whoever wrote it. `root` is the top of a checkout. */
export async function cameAlong(root: string): Promise<string | undefined> {
  const listed = await git(root, ['ls-files', '-z', '--', '.sage']);
  const tracked = listed.split('\0');
  // A link or a submodule in the place of a folder, too.
  return OWN.find((own) =>
    tracked.some(
      (path) => path !== '' && (`${path}/`.startsWith(`${own}/`) || `${own}/`.startsWith(`${path}/`)),
    ),
  );
}

const asserted = new WeakSet<Repository>();

/**
 * Runs of this machine alone are resumed. Asked once for a repository that is open.
 * @throws {CannotStartError} `TRACKED_RUNS`
 */
export async function assertOwnFiles(repository: Repository): Promise<void> {
  if (asserted.has(repository)) return;
  const found = await cameAlong(repository.root);
  if (found === undefined) asserted.add(repository);
  else
    throw new CannotStartError(
      'TRACKED_RUNS',
      `${found} is part of this repository, but sage keeps there what it resumes: remove it with git rm -r ${found}, and commit that`,
    );
}
