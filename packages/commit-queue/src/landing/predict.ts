import { join } from 'node:path';
import { GitError, GitSession, mergeTrees, readRef, type Repository } from '@sage/git';
import { workSide } from './work-side.ts';

export interface PlannedWork {
  /** Full id. */
  readonly commit: string;
  /** Full ref. */
  readonly target: string;
  /** The full id of the commit that the work started from; by default the common ancestor with the target. */
  readonly base?: string;
  /**
   * The git directory of a repository that has the commit and shares this repository's objects. Nothing is fetched.
   */
  readonly source?: string;
}

/**
 * The files in which work would conflict with the current target. Writes only loose objects, which git eventually
 * removes. Empty if it would land, and also if nobody can tell (no such commit or branch).
 */
export async function predictLandingConflict(
  repository: Repository,
  { commit, base, target, source }: PlannedWork,
): Promise<string[]> {
  const tip = await readRef(repository, target);
  if (tip === undefined) return [];
  try {
    const objects = source === undefined ? undefined : join(source, 'objects');
    await using session = new GitSession(repository);
    const side = base === undefined ? tip : await workSide(session, tip, base);
    const { conflicts } = await mergeTrees(repository, side, commit, { objects });
    return conflicts.map(({ path }) => path);
  } catch (error) {
    if (error instanceof GitError) return [];
    throw error;
  }
}
