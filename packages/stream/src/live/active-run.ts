import type { Repository } from '@sage/git';
import { type RecordedRun, unfinishedRuns } from '@sage/journal';
import { NoRunError } from '../errors.ts';
import { coordinator } from '../start/only-run.ts';

/**
 * The run that is active in this checkout.
 * @throws {NoRunError}
 */
export async function activeRun(repository: Repository): Promise<RecordedRun> {
  const holder = await coordinator(repository);
  if (!holder) throw new NoRunError('no run works in this repository: start one with sage stream --auto');
  // A coordinator takes the lock before it starts its run.
  const run = (await unfinishedRuns(repository.root)).find(
    ({ events, state }) =>
      state.outcome === undefined &&
      (events.findLast(({ event }) => event === 'run.started')?.time ?? '') >= holder.since,
  );
  if (run) return run;
  throw new NoRunError(
    `the run of process ${holder.pid} is just starting, or works in another checkout: try again, or name that checkout with -C`,
  );
}
