import type { LandingQueue } from '../ports.ts';

/** Each landing searches the entries that the queue keeps. */
const MAX_KEPT = 200;

/**
 * Removes landed entries from the queue from time to time, so that landings stay as fast in a long run as in a short
 * one.
 */
export class LandedEntries {
  readonly #queue: Pick<LandingQueue, 'cleanup'>;
  #kept = 0;

  constructor(queue: Pick<LandingQueue, 'cleanup'>) {
    this.#queue = queue;
  }

  /**
   * Call it when the journal has the landing. Entries that cannot be removed now are removed later, or at the end of
   * the run.
   */
  async add(): Promise<void> {
    this.#kept += 1;
    if (this.#kept < MAX_KEPT) return;
    this.#kept = 0;
    await this.#queue.cleanup().catch(() => undefined);
  }
}
