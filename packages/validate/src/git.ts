import { git, GitError, RepositoryError } from '@sage/git';

/** Git's answer to a question about `root`; undefined if git fails or is not installed. */
export async function askGit(
  root: string,
  args: readonly string[],
  input?: string,
): Promise<string | undefined> {
  try {
    // Checking an index must not fetch what a partial clone lacks.
    return await git(root, args, { input: input ?? '', environment: { GIT_NO_LAZY_FETCH: '1' } });
  } catch (error) {
    if (error instanceof GitError || error instanceof RepositoryError) return undefined;
    throw error;
  }
}
