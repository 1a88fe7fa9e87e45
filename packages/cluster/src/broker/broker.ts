import { Queue, QueueEvents, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { ClusterError } from '../errors.ts';
import { isQueueName, KEYS, PREFIX } from '../protocol/names.ts';
import { assertBrokerAddress, withoutPassword } from './broker-address.ts';

/** The longest pause between attempts to reconnect. */
const MAX_RETRY_MS = 2_000;
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Results that no coordinator has fetched are kept for a week (in seconds). The clock of the worker that ends a job
 * decides, which may be wrong by days.
 */
const KEPT = { age: 7 * 86_400 };

/** The oldest Redis that BullMQ fully supports. */
const OLDEST_REDIS = 7;

/**
 * A Redis server with the queues of attempts. A lost connection is re-established automatically; commands wait for
 * it.
 */
export interface Broker {
  readonly redis: Redis;
  /** Risks of its settings, one sentence each. */
  readonly warnings: readonly string[];
  /** A separate connection, for blocking commands. */
  connect(): Redis;
  queue(name: string): Queue;
  events(name: string): QueueEvents;
  /** Takes attempts manually; see `take`. */
  taker(name: string, lease: number, worker?: string): Worker;
  /** Milliseconds since 1970, by the broker's clock. */
  now(): Promise<number>;
  close(): Promise<void>;
}

/**
 * Connects to a broker.
 * @throws {ClusterError} `BAD_ADDRESS`, `NO_BROKER`
 */
export async function openBroker(address: string): Promise<Broker> {
  assertBrokerAddress(address);
  const shown = withoutPassword(address);
  const open: { close(): Promise<void> }[] = [];
  const connections = new Set<Redis>();
  const keepTrack = (redis: Redis): Redis => {
    // Callers report errors. Without a listener, an error would end the process.
    redis.on('error', () => {});
    connections.add(redis);
    // BullMQ duplicates the connection it is given, and gives up for good on a connection that it opens itself while
    // the broker is away.
    const duplicate = redis.duplicate.bind(redis);
    redis.duplicate = (options) => keepTrack(duplicate({ ...options, lazyConnect: false }));
    return redis;
  };
  const connect = (): Redis =>
    keepTrack(
      new Redis(address, {
        // Commands wait until the broker is back.
        maxRetriesPerRequest: null,
        connectTimeout: CONNECT_TIMEOUT_MS,
        retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 10), MAX_RETRY_MS),
        lazyConnect: true,
      }),
    );
  const redis = connect();
  const warnings = await assertBroker(address, shown);
  try {
    await redis.connect();
  } catch (cause) {
    redis.disconnect();
    throw unusable(shown, cause instanceof Error ? cause.message : String(cause), cause);
  }
  const keep = <T extends { close(): Promise<void>; on(event: 'error', listener: () => void): unknown }>(
    one: T,
  ): T => {
    one.on('error', () => {});
    open.push(one);
    return one;
  };
  const options = { connection: redis, prefix: PREFIX, skipVersionCheck: true };
  return {
    redis,
    warnings,
    connect,
    queue: (name) =>
      keep(
        new Queue(name, {
          ...options,
          defaultJobOptions: {
            attempts: 1,
            removeOnComplete: KEPT,
            removeOnFail: KEPT,
          },
        }),
      ),
    events: (name) => keep(new QueueEvents(name, options)),
    taker: (name, lease, worker) =>
      keep(
        new Worker(name, null, {
          ...options,
          autorun: false,
          ...(worker !== undefined && { name: worker }),
          lockDuration: lease,
          stalledInterval: lease / 4,
          maxStalledCount: 0,
          removeOnComplete: KEPT,
          removeOnFail: KEPT,
        }),
      ),
    now: async () => {
      const [seconds, micros] = await redis.time();
      return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
    },
    async close() {
      const late = new Promise<void>((resolve) => setTimeout(resolve, 2_000).unref());
      await Promise.race([Promise.allSettled(open.map((one) => one.close())), late]);
      for (const connection of connections) connection.disconnect();
    },
  };
}

/** @throws {ClusterError} if it does not answer, or not as expected. */
async function assertBroker(address: string, shown: string): Promise<string[]> {
  const probe = new Redis(address, {
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_TIMEOUT_MS,
    // A server may accept connections but not answer.
    commandTimeout: CONNECT_TIMEOUT_MS,
    retryStrategy: null,
    lazyConnect: true,
  });
  let reason = 'nothing answers there';
  probe.on('error', (error: Error) => (reason = error.message));
  try {
    await probe.connect();
    const info = await probe.info();
    const version = /^redis_version:(\S+)/m.exec(info)?.[1] ?? '';
    if (Number(version.split('.')[0]) < OLDEST_REDIS)
      throw new ClusterError(
        'NO_BROKER',
        `broker ${shown} is Redis ${version}: use ${OLDEST_REDIS} or newer`,
      );
    const read = async (name: string) =>
      ((await probe.config('GET', name).catch(() => [])) as unknown[])[1] as string | undefined;
    const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
    const warnings: string[] = [];
    if (policy !== undefined && policy !== 'noeviction')
      warnings.push(
        `broker ${shown} may forget attempts when its memory is full (maxmemory-policy ${policy}): set it to noeviction`,
      );
    if ((await read('appendonly')) === 'no')
      warnings.push(
        `broker ${shown} forgets attempts when it is restarted (appendonly no): they are then run again`,
      );
    return warnings;
  } catch (cause) {
    if (cause instanceof ClusterError) throw cause;
    const why = cause instanceof Error && !/closed/i.test(cause.message) ? cause.message : reason;
    throw unusable(shown, why, cause);
  } finally {
    probe.disconnect();
  }
}

function unusable(shown: string, why: string, cause: unknown): ClusterError {
  const said = /^NOAUTH|^WRONGPASS/.test(why)
    ? `it refuses this user and password: correct the address, as redis://USER:PASSWORD@HOST`
    : `${firstLine(why)}; start it, or correct --broker`;
  return new ClusterError('NO_BROKER', `broker ${shown} cannot be used: ${said}`, { cause });
}

/** Names of the queues that may contain attempts. */
export async function queueNames(redis: Redis): Promise<string[]> {
  return (await redis.smembers(KEYS.queues)).filter(isQueueName);
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
