import { currentBranch, readRef, type Repository } from '@sage/git';
import { readRunSettings, type RecordedRun, unfinishedRuns } from '@sage/journal';
import { assertOwnFiles } from './own-files.ts';
import { branchRef } from './target.ts';

/** A run that the next one on the same branch resumes. */
export interface InterruptedRun {
  readonly run: string;
  /** The full name of the branch that it lands on. */
  readonly target: string;
  /** The commit of the target that it began on. */
  readonly base: string;
  /** What was recorded when it began; see `record` of {@link StreamOptions}. */
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
  return found && recorded(repository, found);
}

/**
 * The newest run whose branch still exists: for who wants to go on, on whatever branch that was.
 * @throws {CannotStartError} `TRACKED_RUNS`
 */
export async function lastInterruptedRun(repository: Repository): Promise<InterruptedRun | undefined> {
  await assertOwnFiles(repository);
  for (const run of await unfinishedRuns(repository.root))
    if ((await readRef(repository, run.state.target)) !== undefined) return recorded(repository, run);
  return undefined;
}

async function recorded(repository: Repository, { run, state }: RecordedRun): Promise<InterruptedRun> {
  const { target, base } = state;
  return { run, target, base, record: await readRunSettings(repository.root, run) };
}
