import type { Redis } from 'ioredis';
import type { Broker } from '../broker/broker.ts';
import { readOrders } from '../broker/orders.ts';
import { CHANNELS } from '../protocol/names.ts';
import type { Order } from '../protocol/payload.ts';

/** How often orders are polled, in case a notification was lost. */
const LOOK_MS = 2_000;

interface Watched {
  readonly fence: number;
  readonly seen: Set<string>;
  readonly take: (order: Order) => void;
}

/** Delivers orders to a worker's attempts, each order once. */
export class OrderWatch {
  readonly #redis: Redis;
  readonly #subscriber: Redis;
  readonly #watched = new Map<string, Watched>();
  readonly #timer: NodeJS.Timeout;

  private constructor(broker: Broker) {
    this.#redis = broker.redis;
    this.#subscriber = broker.connect();
    this.#subscriber.on('message', (_: string, job: string) => void this.#look(job));
    this.#timer = setInterval(() => {
      for (const job of this.#watched.keys()) void this.#look(job);
    }, LOOK_MS);
  }

  static async open(broker: Broker): Promise<OrderWatch> {
    const watch = new OrderWatch(broker);
    await watch.#subscriber.subscribe(CHANNELS.orders);
    return watch;
  }

  /** Delivers orders until `forget`, including those given earlier. */
  watch(job: string, fence: number, take: (order: Order) => void): void {
    this.#watched.set(job, { fence, seen: new Set(), take });
    void this.#look(job);
  }

  forget(job: string): void {
    this.#watched.delete(job);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(job: string): Promise<void> {
    const watched = this.#watched.get(job);
    if (!watched) return;
    const orders = await readOrders(this.#redis, job, watched.fence).catch(() => []);
    for (const order of orders) {
      const text = JSON.stringify(order);
      if (watched.seen.has(text)) continue;
      watched.seen.add(text);
      watched.take(order);
    }
  }
}
