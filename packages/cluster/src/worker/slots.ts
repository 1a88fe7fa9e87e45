import { randomUUID } from 'node:crypto';
import type { Job, Worker } from 'bullmq';
import { type Broker, queueNames } from '../broker/broker.ts';
import { CHANNELS, needsOfQueue } from '../protocol/names.ts';

/** How often a worker looks for work without being notified. */
const LOOK_MS = 1_000;

/** The first pause of a worker that failed. Each further failure doubles it. */
const FIRST_PAUSE_MS = 2_000;
const MAX_PAUSE_MS = 5 * 60_000;

/** A job, and the token that proves its ownership. */
export interface TakenJob {
  readonly job: Job;
  readonly token: string;
}

export interface SlotsOptions {
  readonly broker: Broker;
  /** The worker's name. */
  readonly worker: string;
  readonly slots: number;
  readonly lease: number;
  readonly capabilities: ReadonlySet<string>;
  /**
   * Works on a job until it is over. Never rejects. `slot` is 1-based. Resolves with whether this machine worked
   * properly.
   */
  readonly work: (taken: TakenJob, slot: number) => Promise<boolean>;
}

/** The slots of a worker. Takes a job whenever a slot is free, from every queue whose needs the worker meets. */
export class Slots {
  readonly #options: SlotsOptions;
  readonly #takers = new Map<string, Worker>();
  readonly #free: number[];
  readonly #working = new Set<Promise<void>>();
  readonly #subscriber;
  #timer: NodeJS.Timeout | undefined;
  #taking = false;
  #again = false;
  #closed = false;
  /** Consecutive failures of this machine. */
  #failures = 0;
  #pausedUntil = 0;

  constructor(options: SlotsOptions) {
    this.#options = options;
    this.#free = Array.from({ length: options.slots }, (_, index) => index + 1);
    this.#subscriber = options.broker.connect();
  }

  async open(): Promise<void> {
    this.#subscriber.on('message', () => this.#look());
    await this.#subscriber.subscribe(CHANNELS.work);
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#look();
  }

  get busy(): number {
    return this.#working.size;
  }

  /** Takes no more jobs. Resolves when those taken are over. */
  async drain(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    while (this.#working.size > 0) await Promise.all(this.#working);
  }

  #look(): void {
    if (this.#closed || performance.now() < this.#pausedUntil) return;
    if (this.#taking) this.#again = true;
    else void this.#takeAll();
  }

  async #takeAll(): Promise<void> {
    this.#taking = true;
    try {
      do {
        this.#again = false;
        if (this.#free.length > 0) await this.#learnQueues();
        for (const taker of this.#pickiest()) await this.#takeFrom(taker);
      } while (this.#again && !this.#closed);
    } catch {
      // The broker cannot be reached; the next look tries again.
    } finally {
      this.#taking = false;
    }
  }

  /** The queues with the most needs first, because fewer workers can serve them. */
  #pickiest(): Worker[] {
    const needs = ([name]: [string, Worker]) => needsOfQueue(name).length;
    return [...this.#takers].toSorted((a, b) => needs(b) - needs(a)).map(([, taker]) => taker);
  }

  async #takeFrom(taker: Worker): Promise<void> {
    while (!this.#closed && this.#free.length > 0 && performance.now() >= this.#pausedUntil) {
      const token = randomUUID();
      const job = (await taker.getNextJob(token, { block: false })) as Job | undefined;
      if (!job) return;
      const slot = this.#free.shift() ?? 1;
      const working = this.#workOn({ job, token }, slot).finally(() => this.#working.delete(working));
      this.#working.add(working);
    }
  }

  async #workOn(taken: TakenJob, slot: number): Promise<void> {
    const well = await this.#options.work(taken, slot);
    this.#free.push(slot);
    this.#failures = well ? 0 : this.#failures + 1;
    // Otherwise a machine that fails at once would get every ticket. Others may do better.
    if (!well)
      this.#pausedUntil =
        performance.now() + Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.#failures - 1));
    this.#look();
  }

  async #learnQueues(): Promise<void> {
    const { broker, capabilities, lease, worker } = this.#options;
    for (const name of await queueNames(broker.redis)) {
      if (this.#takers.has(name) || !needsOfQueue(name).every((need) => capabilities.has(need))) continue;
      const taker = broker.taker(name, lease, worker);
      this.#takers.set(name, taker);
      // Each remaining worker detects those that are gone.
      await taker.startStalledCheckTimer();
    }
  }
}
