import type { LandingQueue } from '../ports.ts';

/** Each landing looks through the entries that the queue keeps. */
const MAX_KEPT = 200;

/** Has the queue forget its landed entries from time to time, so that landings take as long in a long run as in a short one. */
export class LandedEntries {
  readonly #queue: Pick<LandingQueue, 'cleanup'>;
  #kept = 0;

  constructor(queue: Pick<LandingQueue, 'cleanup'>) {
    this.#queue = queue;
  }

  /** Call it when the journal has it. What cannot be removed now is removed with more, or when the run is over. */
  async add(): Promise<void> {
    this.#kept += 1;
    if (this.#kept < MAX_KEPT) return;
    this.#kept = 0;
    await this.#queue.cleanup().catch(() => undefined);
  }
}
