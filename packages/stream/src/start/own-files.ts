import { git, type Repository, SAGE_PATHS } from '@sage/git';
import { CannotStartError } from '../errors.ts';

/** Folders with the data that runs are resumed from, which includes commands to run and processes to end. */
const OWN = [SAGE_PATHS.runs, SAGE_PATHS.queue, SAGE_PATHS.cache];

/**
 * The first of these folders that git tracks. Its content then came with the repository, from an unknown author.
 * `root` is the top of a checkout.
 */
export async function cameAlong(root: string): Promise<string | undefined> {
  const listed = await git(root, ['ls-files', '-z', '--', '.sage']);
  const tracked = listed.split('\0');
  // Also detects a link or a submodule in place of a folder.
  return OWN.find((own) =>
    tracked.some(
      (path) => path !== '' && (`${path}/`.startsWith(`${own}/`) || `${own}/`.startsWith(`${path}/`)),
    ),
  );
}

const asserted = new WeakSet<Repository>();

/**
 * Only runs of this machine may be resumed. Checked once for each open repository.
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
