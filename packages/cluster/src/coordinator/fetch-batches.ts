/** How many fetches run at the same time, and how many refs a fetch may have. */
const MAX_PARALLEL_FETCHES = 2;
const MAX_REFS = 100;

interface Waiting {
  readonly refspec: string;
  readonly done: PromiseWithResolvers<void>;
}

/**
 * Fetches refs in batches: those that arrive while others are fetched are fetched together, because a fetch costs
 * about the same for one ref as for many.
 */
export class FetchBatches {
  readonly #fetchAll: (refspecs: readonly string[]) => Promise<void>;
  readonly #waiting: Waiting[] = [];
  #running = 0;

  constructor(fetchAll: (refspecs: readonly string[]) => Promise<void>) {
    this.#fetchAll = fetchAll;
  }

  /** Rejects with the error of its own fetch. */
  fetch(refspec: string): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.#waiting.push({ refspec, done });
    if (this.#running < MAX_PARALLEL_FETCHES) void this.#work();
    return done.promise;
  }

  async #work(): Promise<void> {
    this.#running += 1;
    while (this.#waiting.length > 0) await this.#fetchTogether(this.#waiting.splice(0, MAX_REFS));
    this.#running -= 1;
  }

  async #fetchTogether(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.#fetchAll(batch.map(({ refspec }) => refspec));
      for (const { done } of batch) done.resolve();
    } catch (error) {
      if (batch.length === 1) batch[0]?.done.reject(error);
      // A missing ref makes the whole fetch fail, so each is fetched separately.
      else for (const one of batch) await this.#fetchTogether([one]);
    }
  }
}
