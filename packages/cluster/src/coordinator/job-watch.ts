import { MachineError } from '@sage/workers';
import type { Job, Queue, QueueEvents, Worker } from 'bullmq';
import type { Broker } from '../broker/broker.ts';
import { forgetOrders } from '../broker/orders.ts';
import { CHANNELS, KEYS } from '../protocol/names.ts';
import { type CheckPayload, type Payload, type Said, saidSchema } from '../protocol/payload.ts';

/** How often jobs are polled, because notifications of the broker may get lost. */
const LOOK_MS = 5_000;

/** The maximum length of a worker's reason for a refusal, which goes into the journal. */
const MAX_REASON_CHARACTERS = 2_000;

/** How a job ended, according to the broker. */
export type JobEnd =
  /** From any worker; the caller checks the answer. */
  | { readonly kind: 'answered'; readonly answer: unknown }
  /** The worker could not work on it. */
  | { readonly kind: 'refused'; readonly worker: string | undefined; readonly reason: string }
  /** Its worker has not renewed the lease. */
  | { readonly kind: 'lost'; readonly worker: string | undefined }
  /** The broker does not know it, or no longer does. */
  | { readonly kind: 'unknown' };

interface Watched {
  readonly fence: number;
  readonly onSaid: (said: Said) => void;
  readonly end: PromiseWithResolvers<JobEnd>;
}

/** The jobs of one queue that a coordinator waits for. */
export class JobWatch {
  readonly #broker: Broker;
  readonly #name: string;
  readonly #queue: Queue;
  readonly #events: QueueEvents;
  readonly #checker: Worker;
  readonly #watched = new Map<string, Watched>();
  readonly #timer: NodeJS.Timeout;

  private constructor(broker: Broker, name: string, lease: number) {
    this.#broker = broker;
    this.#name = name;
    this.#queue = broker.queue(name);
    this.#events = broker.events(name);
    // It takes no jobs, but detects expired leases even if no worker is left to do so.
    this.#checker = broker.taker(name, lease);
    const look = ({ jobId }: { jobId: string }) => void this.#look(jobId);
    this.#events.on('completed', look);
    this.#events.on('failed', look);
    this.#events.on('stalled', look);
    this.#events.on('removed', look);
    this.#events.on('progress', ({ jobId, data }) => this.#onProgress(jobId, data));
    this.#timer = setInterval(() => {
      for (const id of this.#watched.keys()) void this.#look(id);
    }, LOOK_MS).unref();
  }

  static async open(broker: Broker, name: string, lease: number): Promise<JobWatch> {
    const watch = new JobWatch(broker, name, lease);
    await watch.#events.waitUntilReady();
    await watch.#checker.startStalledCheckTimer();
    return watch;
  }

  /**
   * Adds an attempt to the queue, or a check in front of all attempts. Replaces an older job with the same name.
   * @throws {MachineError} if the broker refuses it because it is full or read-only.
   */
  async add(
    id: string,
    payload: Payload | CheckPayload,
    kind: 'attempt' | 'check' = 'attempt',
  ): Promise<void> {
    try {
      await this.#broker.redis.sadd(KEYS.queues, this.#name);
      await this.remove(id);
      await forgetOrders(this.#broker.redis, id);
      await this.#queue.add(kind, payload, { jobId: id, lifo: kind === 'check' });
      await this.#broker.redis.publish(CHANNELS.work, this.#name);
    } catch (cause) {
      if (!(cause instanceof Error)) throw cause;
      throw new MachineError(`the broker refuses the ${kind}: ${cause.message.split('\n')[0]}`, { cause });
    }
  }

  /** The attempt that the broker has under this name. */
  async find(id: string): Promise<Payload | undefined> {
    const job = (await this.#queue.getJob(id)) as Job | undefined;
    return job?.data as Payload | undefined;
  }

  /** Removes a job from the queue. Returns false if a worker has it. */
  remove(id: string): Promise<boolean> {
    return removeJob(this.#queue, id);
  }

  /** Resolves with the end of a job. */
  async ended(id: string, fence: number, onSaid: (said: Said) => void): Promise<JobEnd> {
    const end = Promise.withResolvers<JobEnd>();
    this.#watched.set(id, { fence, onSaid, end });
    void this.#look(id);
    try {
      return await end.promise;
    } finally {
      this.#watched.delete(id);
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #onProgress(id: string, data: unknown): void {
    const watched = this.#watched.get(id);
    const said = saidSchema.safeParse(data);
    if (watched && said.success && said.data.fence === watched.fence) watched.onSaid(said.data);
  }

  /** Asks the broker for the state of a job, because an event is not proof. */
  async #look(id: string): Promise<void> {
    const watched = this.#watched.get(id);
    if (!watched) return;
    let job: Job | undefined;
    try {
      job = (await this.#queue.getJob(id)) as Job | undefined;
    } catch {
      return; // The broker cannot be reached; the next poll will see it.
    }
    const end = endOf(job, watched.fence);
    if (end) watched.end.resolve(end);
  }
}

/** Returns false if a worker has it. */
export async function removeJob(queue: Queue, id: string): Promise<boolean> {
  try {
    const job = (await queue.getJob(id)) as Job | undefined;
    await job?.remove();
    return true;
  } catch {
    return false;
  }
}

function endOf(job: Job | undefined, fence: number): JobEnd | undefined {
  if (!job || (job.data as Partial<Payload>).fence !== fence) return { kind: 'unknown' };
  if (job.stalledCounter > 0 || job.deferredFailure) return { kind: 'lost', worker: job.processedBy };
  if (job.finishedOn === undefined) return undefined;
  if (job.failedReason)
    return {
      kind: 'refused',
      worker: job.processedBy,
      reason: job.failedReason.slice(0, MAX_REASON_CHARACTERS),
    };
  return { kind: 'answered', answer: job.returnvalue as unknown };
}
