import { openRepository, resolveCommit } from '@sage/git';
import { openWorkers, resolveAgent, type WorkersOptions } from '@sage/workers';
import { CannotStartError } from '../errors.ts';
import type { VerifySettings } from './verify.ts';
import { assertBaseline } from './baseline.ts';
import { onlyRun } from '../start/only-run.ts';

export interface BaselineCheck {
  /** A directory in the repository. */
  readonly directory: string;
  readonly verify: VerifySettings | undefined;
  readonly workers: Omit<WorkersOptions, 'repository' | 'agent'>;
}

/**
 * What keeps a run from starting at the current commit: setup, or verify, fails there. One line; undefined where nothing
 * does, or where a run works in the repository now and has found out itself.
 */
export async function checkBaseline({
  directory,
  verify,
  workers,
}: BaselineCheck): Promise<string | undefined> {
  const repository = await openRepository(directory);
  const commit = await resolveCommit(repository, 'HEAD');
  const setup = workers.worktrees?.setup;
  if (commit === undefined || (verify === undefined && setup === undefined)) return undefined;
  try {
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
    if (error.code !== 'ALREADY_RUNNING') return error.message;
  }
  return undefined;
}
