import type { Work } from './enqueue.ts';
import type { QueueEntry } from './entry.ts';

type Result = QueueEntry | Error;

/**
 * Collects works that arrive while others are being written, so that they are written together and share their syncs.
 */
export class EnqueueBatcher {
  readonly #write: (works: readonly Work[]) => Promise<Result[]>;
  #arriving: Work[] = [];
  #batch: Promise<Map<Work, Result>> | undefined;
  #writing: Promise<unknown> = Promise.resolve();

  /** `write` returns one result for each work, in order. */
  constructor(write: (works: readonly Work[]) => Promise<Result[]>) {
    this.#write = write;
  }

  /** Passing the same object twice at the same time counts as one work. */
  async take(work: Work): Promise<Result> {
    this.#arriving.push(work);
    const batch = (this.#batch ??= this.#writing.then(async () => {
      const works = this.#arriving;
      this.#arriving = [];
      this.#batch = undefined;
      const results = await this.#write(works);
      return new Map(works.map((one, nth) => [one, results[nth] as Result]));
    }));
    this.#writing = batch.catch(() => undefined);
    return (await batch).get(work) as Result;
  }
}
