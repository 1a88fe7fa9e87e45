import type { Redis } from 'ioredis';
import { CHANNELS, KEYS } from '../protocol/names.ts';
import { type Order, orderSchema } from '../protocol/payload.ts';

/** Orders are forgotten with their attempt, and after this long at the latest. */
const EXPIRES_MS = 7 * 86_400_000;

/** Asks something of an attempt under way. It stays until the attempt ends, for a worker that cannot be reached now. */
export async function sendOrder(redis: Redis, job: string, order: Order): Promise<void> {
  const key = KEYS.orders(job);
  const id = order.kind === 'allowed' || order.kind === 'reviewed' ? `${order.question}` : order.kind;
  await redis
    .multi()
    .hset(key, `${order.fence}.${id}`, JSON.stringify(order))
    .pexpire(key, EXPIRES_MS)
    .exec();
  await redis.publish(CHANNELS.orders, job);
}

/** What an attempt has been asked so far; anything that is not an order is skipped. */
export async function readOrders(redis: Redis, job: string, fence: number): Promise<Order[]> {
  return Object.values(await redis.hgetall(KEYS.orders(job))).flatMap((text) => {
    try {
      const order = orderSchema.safeParse(JSON.parse(text));
      return order.success && order.data.fence === fence ? [order.data] : [];
    } catch {
      return [];
    }
  });
}

export async function forgetOrders(redis: Redis, job: string): Promise<void> {
  await redis.del(KEYS.orders(job));
}
