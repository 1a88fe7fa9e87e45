import { openRepository, type Repository } from '@sage/git';
import { listRuns, readRun, type RunStatus, RunStatusFold } from '@sage/journal';
import { coordinator } from '../start/only-run.ts';

/** The contract of `sage status --json`. */
export type Status = RunStatus | { readonly v: 1; readonly state: 'none' };

/** What the active run of a checkout is doing, or how its last one ended. Changes nothing. */
export async function readStatus(directory: string): Promise<Status> {
  const repository = await openRepository(directory);
  const status = await look(repository);
  // A run may have begun between reading the lock and reading the journal.
  return status.state === 'killed' ? look(repository) : status;
}

/** Reads the lock first: a run that ends after this has its end in the journal. */
async function look(repository: Repository): Promise<Status> {
  const owner = await coordinator(repository);
  // The run that was written last.
  const runs = (await listRuns(repository.root)).toSorted((a, b) => b.modified - a.modified);
  for (const { run } of runs) {
    const recorded = await readRun(repository.root, run).catch(() => undefined);
    const fold = new RunStatusFold();
    for (const event of recorded?.events ?? []) fold.apply(event);
    // A process that took the lock after this run had begun is in another checkout, or has only just started.
    if (fold.begun !== '') return fold.status(owner !== undefined && owner.since <= fold.begun);
  }
  return { v: 1, state: 'none' };
}
