import type { Elsewhere, RunPlace, WorkerPool } from '@sage/stream';
import { openBroker } from '../broker/broker.ts';
import { CAPABILITY } from '../protocol/self-description.ts';
import { ClusterPool } from './cluster-pool.ts';
import { remoteOf } from './code-exchange.ts';
import type { Equipment } from './compose-payload.ts';
import { parseHosts, startHosts } from './hosts.ts';
import { Fleet, type OwnVersions } from './fleet.ts';

export interface ClusterOptions {
  /** `redis://` or `rediss://`. */
  readonly broker: string;
  /** The lease of an attempt in milliseconds, which the workers should share. */
  readonly lease: number;
  /** The part of the payload that is the same for all attempts of the run. */
  readonly equipment: Omit<Equipment, 'protectedPaths'>;
  readonly own: OwnVersions;
  /** Machines on which workers are started by ssh, such as `a,user@b:4`. */
  readonly hosts?: { readonly list: string; readonly root: string; readonly agent: readonly string[] };
  /** Whether the number of the run's workers follows the available slots. */
  readonly follow: boolean;
  readonly notice: (text: string) => void;
}

export interface Cluster extends Elsewhere {
  close(): Promise<void>;
}

/**
 * Connects a run to workers on other machines.
 * @throws {ClusterError} `BAD_ADDRESS`, `NO_BROKER`, and by `extend` `NO_REMOTE`
 */
export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  const { lease, equipment, own, follow, hosts, notice } = options;
  const broker = await openBroker(options.broker);
  const needs = [CAPABILITY.agent(equipment.agent.name), ...(equipment.sandbox ? [CAPABILITY.sandbox] : [])];
  let fleet: Fleet | undefined;
  let started: Awaited<ReturnType<typeof startHosts>> | undefined;
  try {
    for (const warning of broker.warnings) notice(warning);
    if (hosts) {
      const { redis } = broker;
      const { list, root, agent } = hosts;
      started = await startHosts({
        hosts: parseHosts(list),
        redis,
        broker: options.broker,
        lease,
        agent,
        root,
        notice,
      });
    }
    const opened = await Fleet.open(broker, { needs, own, lease, notice });
    fleet = opened;
    if (opened.slots === 0) {
      const meanwhile = own.agent
        ? 'tickets start on this machine until one does'
        : `tickets wait, because ${equipment.agent.name} is not on this machine`;
      notice(`no worker has joined yet: ${meanwhile}`);
    }
    return {
      slots: () => opened.slots,
      follow,
      async extend(local: WorkerPool, { repository, run, target, protectedPaths }: RunPlace) {
        const remote = await remoteOf(repository, target.replace('refs/heads/', ''));
        return new ClusterPool({
          broker,
          fleet: opened,
          local,
          repository,
          remote,
          run,
          lease,
          hasAgent: own.agent !== undefined,
          equipment: { ...equipment, protectedPaths },
          notice,
        });
      },
      async close() {
        opened.close();
        await started?.end();
        await broker.close();
      },
    };
  } catch (error) {
    fleet?.close();
    await started?.end();
    await broker.close();
    throw error;
  }
}
