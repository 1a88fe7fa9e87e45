import { openRepository, type Repository } from '@sage/git';
import { listRuns, type RecordedRun, readRun, type RunStatus, RunStatusFold } from '@sage/journal';
import { didYouMean } from '../backlog/nearest-name.ts';
import { NoRunError } from '../errors.ts';
import { coordinator } from '../start/only-run.ts';

/** A run and what it is doing, or how it ended. */
export interface KnownRun extends RecordedRun {
  readonly status: RunStatus;
}

/** The runs of a checkout, newest first. A run whose journal has no start is left out. */
export async function* knownRuns(directory: string): AsyncGenerator<KnownRun, void, undefined> {
  const repository = await openRepository(directory);
  for (const { run } of await listRuns(repository.root)) {
    const known = await look(repository, run);
    if (known) yield known;
  }
}

/**
 * One run, by default the newest.
 * @throws {NoRunError}, with the run that is probably meant.
 */
export async function readKnownRun(directory: string, run?: string): Promise<KnownRun & { root: string }> {
  const repository = await openRepository(directory);
  const { root } = repository;
  const all = (await listRuns(root)).map((one) => one.run);
  if (run !== undefined && !all.includes(run))
    throw new NoRunError(
      `no run ${JSON.stringify(run)}${didYouMean(run, all) || ':'} sage history lists all`,
    );
  for (const each of run === undefined ? all : [run]) {
    const known = await look(repository, each);
    if (known) return { ...known, root };
  }
  throw new NoRunError(
    run === undefined
      ? 'no run yet: sage stream starts one'
      : `the journal of run ${run} cannot be read: sage history lists the runs that can`,
  );
}

async function look(repository: Repository, run: string): Promise<KnownRun | undefined> {
  // Read the lock first: a run that ends after this has its end in the journal.
  const owner = await coordinator(repository);
  const recorded = await readRun(repository.root, run).catch(() => undefined);
  const fold = new RunStatusFold();
  for (const event of recorded?.events ?? []) fold.apply(event);
  if (!recorded || fold.begun === '') return undefined;
  return { ...recorded, status: fold.status(owner !== undefined && owner.since <= fold.begun) };
}
