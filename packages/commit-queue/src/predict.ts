import { GitError, mergeTrees, readRef, resolveCommit, type Repository } from '@sage/git';

/**
 * The files in which work would conflict with the target as it is now; nothing is written but loose objects that
 * git forgets by itself. Empty where it would land, also where nobody can say (no such commit or branch).
 */
export async function predictConflict(
  repository: Repository,
  { commit, target }: { commit: string; target: string },
): Promise<string[]> {
  const [tip, work] = [await readRef(repository, target), await resolveCommit(repository, commit)];
  if (tip === undefined || work === undefined) return [];
  try {
    return (await mergeTrees(repository, tip, work)).conflicts.map(({ path }) => path);
  } catch (error) {
    if (error instanceof GitError) return [];
    throw error;
  }
}
