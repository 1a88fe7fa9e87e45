import { openRepository } from '@sage/git';
import { followRun, RunFold } from '@sage/journal';
import { determineWorkerCount } from '@sage/scheduler';
import { activeRun } from './active-run.ts';
import { type Control, controlFile, readControl, writeControl } from './control-file.ts';

export interface ControlRunOptions {
  /** A directory in the repository. */
  readonly directory: string;
  readonly paused?: boolean;
  /** A number, or `auto`. */
  readonly workers?: number | string;
}

/** The contract of `sage pause --json`, `sage resume --json` and `sage workers --json`. */
export interface Controlled extends Control {
  readonly v: 2;
  readonly run: string;
  /** Whether the run has confirmed it in its journal. */
  readonly acknowledged: boolean;
}

const ACKNOWLEDGE_TIMEOUT_MS = 10_000;

/**
 * Asks the active run of a repository to pause, to resume, or to use this many workers, and waits for its
 * confirmation.
 * @throws {NoRunError}, {WorkerCountError}, {RepositoryError}: nothing was changed.
 */
export async function controlRun({ directory, ...asked }: ControlRunOptions): Promise<Controlled> {
  const count = asked.workers === undefined ? undefined : determineWorkerCount(asked.workers, Infinity);
  const repository = await openRepository(directory);
  const { root } = repository;
  const { run, state, events } = await activeRun(repository);
  const file = controlFile(root, run);
  const before = (await readControl(file).catch(() => undefined)) ?? state;
  const wanted = { paused: asked.paused ?? before.paused, workers: count ?? before.workers };
  await writeControl(file, wanted);
  const fold = new RunFold();
  let read = 0;
  for await (const event of followRun(root, run, { signal: AbortSignal.timeout(ACKNOWLEDGE_TIMEOUT_MS) })) {
    fold.apply(event);
    read += 1;
    // Events from before the request do not confirm it.
    if (read < events.length) continue;
    const { paused, workers } = fold.state;
    if (paused === wanted.paused && workers === wanted.workers)
      return { v: 2, run, ...wanted, acknowledged: true };
  }
  return { v: 2, run, ...wanted, acknowledged: false };
}
