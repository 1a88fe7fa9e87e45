import { openRepository } from '@sage/git';
import { openWorkers, resolveAgent, type WorkersOptions } from '@sage/workers';
import { CannotStartError } from '../errors.ts';
import type { VerifySettings } from './verify.ts';
import { assertBaseline } from './baseline.ts';
import { onlyRun } from '../start/only-run.ts';
import { assertOwnFiles } from '../start/own-files.ts';
import { chooseTarget } from '../start/target.ts';

export interface BaselineCheck {
  /** A directory in the repository. */
  readonly directory: string;
  /** The branch that results land on; by default the one that is checked out. */
  readonly target?: string | undefined;
  readonly verify: VerifySettings | undefined;
  readonly workers: Omit<WorkersOptions, 'repository' | 'agent'>;
}

/**
 * What keeps a run from starting: nothing can land on its target; or setup, or verify, fails there. One line; undefined
 * where nothing does, or where a run works in the repository now and has found out itself.
 */
export async function checkBaseline({
  directory,
  target,
  verify,
  workers,
}: BaselineCheck): Promise<string | undefined> {
  const repository = await openRepository(directory);
  const setup = workers.worktrees?.setup;
  try {
    await assertOwnFiles(repository);
    const { tip: commit } = await chooseTarget(repository, { branch: target, newBranch: 'sage/check' });
    if (verify === undefined && setup === undefined) return undefined;
    await using _lock = await onlyRun(repository);
    const pool = await openWorkers({ ...workers, repository, agent: resolveAgent({ command: 'false' }) });
    try {
      const context = { workers: pool, run: `validate-${process.pid}`, stop: new AbortController().signal };
      await assertBaseline({ repository, commit, verify, setup }, context);
    } finally {
      await pool.close();
    }
  } catch (error) {
    if (!(error instanceof CannotStartError)) throw error;
    // That there is no commit yet is another check's.
    if (error.code !== 'ALREADY_RUNNING' && error.code !== 'NO_COMMIT') return error.message;
  }
  return undefined;
}
