import { openBroker } from './broker/broker.ts';
import { askWorker, listWorkers, type RosterEntry, type WorkerAsked } from './broker/roster.ts';

/**
 * The workers that have joined a broker, sorted by name.
 * @throws {ClusterError}
 */
export async function workersOf(address: string): Promise<readonly RosterEntry[]> {
  const broker = await openBroker(address);
  try {
    return await listWorkers(broker.redis);
  } finally {
    await broker.close();
  }
}

/**
 * Asks a worker to accept no more attempts, or to end. Returns whether there is such a worker.
 * @throws {ClusterError}
 */
export async function tellWorker(address: string, name: string, what: WorkerAsked): Promise<boolean> {
  const broker = await openBroker(address);
  try {
    return await askWorker(broker.redis, name, what);
  } finally {
    await broker.close();
  }
}
