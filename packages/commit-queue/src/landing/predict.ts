import { join } from 'node:path';
import { GitError, GitSession, mergeTrees, readRef, type Repository } from '@sage/git';
import { workSide } from './work-side.ts';

export interface PlannedWork {
  /** Full id. */
  readonly commit: string;
  /** Full ref. */
  readonly target: string;
  /** The commit that it began from, in full; the common ancestor with the target by default. */
  readonly base?: string;
  /** A repository (its git directory) that has the commit and shares this one's objects; nothing is fetched. */
  readonly source?: string;
}

/**
 * The files in which work would conflict with the target as it is now; nothing is written but loose objects that
 * git forgets by itself. Empty where it would land, also where nobody can say (no such commit or branch).
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
