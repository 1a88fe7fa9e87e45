/** How many fetches run at a time, and how many refs each fetches. */
const MAX_PARALLEL_FETCHES = 2;
const MAX_REFS = 100;

interface Waiting {
  readonly refspec: string;
  readonly done: PromiseWithResolvers<void>;
}

/**
 * Fetches refs one by one as long as there is time, and together those that have come meanwhile: a fetch costs much the same for
 * one as for many.
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
      // One that is not there fails all of them.
      else for (const one of batch) await this.#fetchTogether([one]);
    }
  }
}
