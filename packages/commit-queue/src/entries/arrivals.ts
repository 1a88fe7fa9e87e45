import type { QueueEntry } from './entry.ts';

/** Entries that this process enqueues while it lands others. They may join those being verified. */
export class Arrivals {
  #entries: QueueEntry[] = [];
  #waiting = Promise.withResolvers<void>();

  push(entries: readonly QueueEntry[]): void {
    this.#entries.push(...entries);
    this.#waiting.resolve();
  }

  /** Entries for a target that have arrived since the last call. */
  take(target: string): QueueEntry[] {
    const taken = this.#entries.filter((entry) => entry.target === target);
    this.#entries = this.#entries.filter((entry) => entry.target !== target);
    this.#waiting = Promise.withResolvers<void>();
    return taken;
  }

  /** Resolves when an entry has arrived since the last `take`. */
  wait(): Promise<void> {
    return this.#waiting.promise;
  }
}
