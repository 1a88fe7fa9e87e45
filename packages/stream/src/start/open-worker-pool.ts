import { openWorkers, type WorkersOptions } from '@sage/workers';
import type { WorkerPool } from '../ports.ts';

/** The workers of this machine for a run. Tells the user what they should know about these workers. */
export async function openWorkerPool(
  options: WorkersOptions,
  count: number,
  notice: (text: string) => void,
): Promise<WorkerPool> {
  const workers = await openWorkers({ ...options, onNotice: notice });
  if (workers.partialClone)
    notice('this is a partial clone: git fetches what is missing from its remote, for agents as well');
  if (options.agent.metered && count > 1)
    notice(`${count} workers use tokens at the same time, each for its own ticket: mind your limits`);
  return workers;
}
