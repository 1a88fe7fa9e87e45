import { type Broker, queueNames } from '../broker/broker.ts';
import { forgetOrders, sendOrder } from '../broker/orders.ts';
import type { Said } from '../protocol/payload.ts';
import { type JobEnd, type JobWatch, removeJob } from './job-watch.ts';

/** How long to wait for a worker to end an agent that it was asked to stop. */
const STOP_TIMEOUT_MS = 30_000;
const KILL_TIMEOUT_MS = 3_000;

export interface DispatchOptions {
  readonly broker: Broker;
  readonly jobs: Pick<JobWatch, 'remove' | 'ended'>;
  readonly id: string;
  readonly fence: number;
  readonly signal?: AbortSignal | undefined;
  readonly killSignal?: AbortSignal | undefined;
  readonly onSaid: (said: Said) => void;
}

/** How a dispatched attempt ended: as its job did, or because nobody waits for it any more. */
export type DispatchEnd = JobEnd | { readonly kind: 'given-up'; readonly wasTaken: boolean };

/** Waits for a job, and passes on requests to stop it. */
export async function awaitJob(options: DispatchOptions): Promise<DispatchEnd> {
  const { broker, jobs, id, fence, signal, killSignal, onSaid } = options;
  const givenUp = Promise.withResolvers<DispatchEnd>();
  const timers: NodeJS.Timeout[] = [];
  const giveUpIn = (milliseconds: number) =>
    timers.push(setTimeout(() => givenUp.resolve({ kind: 'given-up', wasTaken: true }), milliseconds));
  const stop = async () => {
    giveUpIn(STOP_TIMEOUT_MS);
    await sendOrder(broker.redis, id, { kind: 'stop', fence });
    // No worker has begun it.
    if (await jobs.remove(id)) givenUp.resolve({ kind: 'given-up', wasTaken: false });
  };
  const kill = async () => {
    giveUpIn(KILL_TIMEOUT_MS);
    await sendOrder(broker.redis, id, { kind: 'kill', fence });
  };
  const onStop = () => void stop().catch(() => {});
  const onKill = () => void kill().catch(() => {});
  if (signal?.aborted) onStop();
  else signal?.addEventListener('abort', onStop, { once: true });
  if (killSignal?.aborted) onKill();
  else killSignal?.addEventListener('abort', onKill, { once: true });
  try {
    return await Promise.race([jobs.ended(id, fence, onSaid), givenUp.promise]);
  } finally {
    for (const timer of timers) clearTimeout(timer);
    signal?.removeEventListener('abort', onStop);
    killSignal?.removeEventListener('abort', onKill);
  }
}

/** Gives up an attempt. Its worker ends it when it learns of that. */
export async function disown(
  { broker, jobs, id }: Pick<DispatchOptions, 'broker' | 'id'> & { readonly jobs: Pick<JobWatch, 'remove'> },
  fence: number,
): Promise<void> {
  if (await jobs.remove(id)) await forgetOrders(broker.redis, id);
  else await sendOrder(broker.redis, id, { kind: 'kill', fence });
}

/** The same for an attempt whose queue is unknown. */
export async function disownAnywhere(broker: Broker, id: string, fence: number): Promise<void> {
  for (const name of await queueNames(broker.redis)) {
    const queue = broker.queue(name);
    await disown({ broker, jobs: { remove: (job) => removeJob(queue, job) }, id }, fence);
  }
}
