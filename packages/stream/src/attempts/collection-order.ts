/** The work of an agent that has ended, to be collected and queued. */
export interface Collection {
  begin(): void;
  readonly over: Promise<void>;
}

/**
 * Collects work after agents have started: collecting takes CPU time from agents that are about to start, and nothing
 * waits for it. Works are collected one at a time, so they are queued in the order in which the agents ended.
 */
export class CollectionOrder {
  readonly #starting = new Set<Promise<void>>();
  #waiting: Collection[] = [];
  #collected: Promise<void> = Promise.resolve();

  /** An attempt is starting its agent. Call the returned function when the agent has started or never will. */
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

  /** Begins the waiting collections, in order, after the starts that are currently in progress. */
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
