import type { Redis } from 'ioredis';
import { CHANNELS, KEYS } from '../protocol/names.ts';
import { type Order, orderSchema } from '../protocol/payload.ts';

/** Orders are removed with their attempt, and at the latest after this time. */
const EXPIRES_MS = 7 * 86_400_000;

/**
 * Sends an order to a running attempt. It is kept until the attempt ends, because the worker may be temporarily out
 * of reach.
 */
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

/** The orders for an attempt so far. Skips anything that is not an order. */
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
