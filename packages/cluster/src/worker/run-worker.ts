import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { openBroker } from '../broker/broker.ts';
import { withoutPassword } from '../broker/broker-address.ts';
import { agentOfAttempt, describeWorker, type WorkerAgent } from './describe-worker.ts';
import { joinBroker } from './join-broker.ts';
import { RunRooms } from './run-rooms.ts';
import { runJoinedWorker } from './running-worker.ts';

/** The default lease of an attempt, in milliseconds. */
export const DEFAULT_LEASE_MS = 60_000;

export interface RunWorkerOptions {
  /** `redis://` or `rediss://`. */
  readonly broker: string;
  /** The default is the name of this machine, with a number if another worker has that name. */
  readonly name?: string | undefined;
  /** Attempts at a time. */
  readonly slots: number;
  readonly labels?: readonly string[];
  readonly lease?: number;
  readonly agent?: WorkerAgent;
  /** After this long without the broker, the worker leaves (in milliseconds); never by default. */
  readonly giveUpAfter?: number;
  /** The version of sage. */
  readonly version: string;
  readonly variables?: NodeJS.ProcessEnv;
  /** The folder for mirrors and worktrees; below the user's cache folder by default. */
  readonly folder?: string;
  /** When aborted: end the agents, push their work, leave. */
  readonly stop: AbortSignal;
  readonly killSignal: AbortSignal;
  /** Receives messages for the person. */
  readonly onNotice: (text: string) => void;
}

/**
 * Works on attempts of any run that are sent through a broker, until it is asked to end.
 * @throws {ClusterError}, {AgentError}: it has not joined.
 */
export async function runWorker(options: RunWorkerOptions): Promise<void> {
  const { variables = process.env, onNotice, stop, killSignal } = options;
  const root = options.folder ?? workerFolder(variables);
  await mkdir(root, { recursive: true, mode: 0o700 });
  const broker = await openBroker(options.broker);
  try {
    for (const warning of broker.warnings) onNotice(warning);
    const { slots, labels = [], lease = DEFAULT_LEASE_MS, agent = {}, version } = options;
    const description = await describeWorker(
      { name: options.name ?? hostname(), slots, labels: [...labels], lease, sage: version },
      agent,
      root,
      variables,
    );
    const worker = await joinBroker(broker.redis, description, options.name === undefined, stop);
    if (worker === undefined) return;
    const folder = join(root, folderName(worker.name, withoutPassword(options.broker)));
    const rooms = new RunRooms({
      folder,
      worker: worker.name,
      variables,
      agentFor: (wanted) => agentOfAttempt(wanted, agent),
      onNotice,
    });
    const { giveUpAfter = Infinity } = options;
    await runJoinedWorker({
      giveUpAfter,
      broker,
      description: worker,
      rooms,
      folder,
      stop,
      killSignal,
      onNotice,
    });
  } finally {
    await broker.close();
  }
}

/**
 * A short name, because socket paths have a limited length. Different names, and different brokers, get different
 * folders.
 */
function folderName(worker: string, broker: string): string {
  const hash = createHash('sha256').update(`${worker}\0${broker}`).digest('hex').slice(0, 8);
  return `${worker.replaceAll(/[^\w-]+/g, '_').slice(0, 24)}-${hash}`;
}

/** The folder for all workers of this user. */
function workerFolder(variables: NodeJS.ProcessEnv): string {
  const cache = variables['XDG_CACHE_HOME'];
  const base =
    cache !== undefined && isAbsolute(cache) ? cache : join(variables['HOME'] ?? homedir(), '.cache');
  return join(base, 'sage-worker');
}
