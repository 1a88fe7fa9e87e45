/** The work of an agent that has ended, to be collected and queued. */
export interface Collection {
  begin(): void;
  readonly over: Promise<void>;
}

/**
 * Collecting work takes the processor from agents that are about to start, and nobody waits for it: it comes after
 * the starts. One at a time, so that work is queued in the order in which the agents ended.
 */
export class CollectionOrder {
  readonly #starting = new Set<Promise<void>>();
  #waiting: Collection[] = [];
  #collected: Promise<void> = Promise.resolve();

  /** An attempt is on its way to a running agent; call what is returned when it is there, or will never be. */
  starting(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#starting.add(promise);
    return () => {
      this.#starting.delete(promise);
      resolve();
    };
  }

  add(collection: Collection): void {
    this.#waiting.push(collection);
  }

  /** Lets what waits begin, in order, after the starts that are under way now. */
  afterStarts(): void {
    for (const { begin, over } of this.#waiting) {
      this.#collected = Promise.all([this.#collected, ...this.#starting]).then(() => {
        begin();
        return over;
      });
    }
    this.#waiting = [];
  }
}
