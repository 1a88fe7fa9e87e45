import type { Repository } from '@sage/git';
import { NoRunError } from '../errors.ts';
import { coordinator } from '../start/only-run.ts';
import { type UnfinishedRun, unfinishedRuns } from '../journal/run-log.ts';

/**
 * The run that works in this checkout now.
 * @throws NoRunError
 */
export async function runAtWork(repository: Repository): Promise<UnfinishedRun> {
  const holder = await coordinator(repository);
  if (!holder) throw new NoRunError('no run works in this repository: sage stream --auto starts one');
  // Whoever holds the lock has started its run after it took it.
  const run = (await unfinishedRuns(repository.root)).find(
    ({ events, state }) =>
      state.outcome === undefined &&
      (events.findLast(({ event }) => event === 'run.started')?.time ?? '') >= holder.since,
  );
  if (run) return run;
  throw new NoRunError(
    `the run of process ${holder.pid} is just starting, or works in another checkout: try again, or name that with -C`,
  );
}
