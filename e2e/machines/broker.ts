import { Queue } from 'bullmq';
import { Redis } from 'ioredis';

/** A broker, as somebody sees it who has its password and means no good. */
export interface Broker {
  readonly redis: Redis;
  queues(): Promise<Queue[]>;
  close(): Promise<void>;
}

export async function openBroker(address: string): Promise<Broker> {
  const redis = new Redis(address, { maxRetriesPerRequest: null });
  redis.on('error', () => {});
  const opened: Queue[] = [];
  return {
    redis,
    async queues() {
      const names = await redis.smembers('sage1:queues');
      const found = names.map((name) => new Queue(name, { connection: redis, prefix: 'sage1' }));
      for (const queue of found) queue.on('error', () => {});
      opened.push(...found);
      return found;
    },
    async close() {
      await Promise.all(opened.map((queue) => queue.close().catch(() => {})));
      redis.disconnect();
    },
  };
}
