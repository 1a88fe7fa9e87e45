import { join } from 'node:path';
import { GitError, mergeTrees, readRef, type Repository } from '@sage/git';

export interface PlannedWork {
  /** Full id. */
  commit: string;
  /** Full ref. */
  target: string;
  /** A repository (its git directory) that has the commit and shares this one's objects; nothing is fetched. */
  source?: string;
}

/**
 * The files in which work would conflict with the target as it is now; nothing is written but loose objects that
 * git forgets by itself. Empty where it would land, also where nobody can say (no such commit or branch).
 */
export async function predictConflict(
  repository: Repository,
  { commit, target, source }: PlannedWork,
): Promise<string[]> {
  const tip = await readRef(repository, target);
  if (tip === undefined) return [];
  try {
    const objects = source === undefined ? undefined : join(source, 'objects');
    const { conflicts } = await mergeTrees(repository, tip, commit, { objects });
    return conflicts.map(({ path }) => path);
  } catch (error) {
    if (error instanceof GitError) return [];
    throw error;
  }
}
