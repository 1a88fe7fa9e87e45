import { currentBranch, type Repository } from '@sage/git';
import { readRunSettings, unfinishedRuns } from '@sage/journal';
import { assertOwnFiles } from './own-files.ts';
import { branchRef } from './target.ts';

/** A run that the next one on the same branch resumes. */
export interface InterruptedRun {
  readonly run: string;
  /** The commit of the target that it began on. */
  readonly base: string;
  /** What was recorded when it began: see `record` of {@link StreamOptions}. */
  readonly record: unknown;
}

/**
 * The run that `runStream` would resume; undefined if it would begin a new one.
 * @throws {CannotStartError} `TRACKED_RUNS`
 */
export async function interruptedRun(
  repository: Repository,
  target: string | undefined,
): Promise<InterruptedRun | undefined> {
  await assertOwnFiles(repository);
  const ref = target === undefined ? await currentBranch(repository) : branchRef(target);
  const found = (await unfinishedRuns(repository.root)).find(({ state }) => state.target === ref);
  return (
    found && {
      run: found.run,
      base: found.state.base,
      record: await readRunSettings(repository.root, found.run),
    }
  );
}
