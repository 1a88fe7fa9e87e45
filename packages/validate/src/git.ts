import { git, GitError, RepositoryError } from '@sage/git';

/** What git answers to a question about `root`; undefined when it cannot say, or there is no git. */
export async function askGit(
  root: string,
  args: readonly string[],
  input?: string,
): Promise<string | undefined> {
  try {
    // An index can be checked without fetching what a partial clone lacks.
    return await git(root, args, { input: input ?? '', environment: { GIT_NO_LAZY_FETCH: '1' } });
  } catch (error) {
    if (error instanceof GitError || error instanceof RepositoryError) return undefined;
    throw error;
  }
}
