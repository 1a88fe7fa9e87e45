import type { Work } from './enqueue.ts';
import type { QueueEntry } from './entry.ts';

type Result = QueueEntry | Error;

/** Gathers work that comes while other work is written, so that it is written together and shares its syncs. */
export class EnqueueBatcher {
  readonly #write: (works: readonly Work[]) => Promise<Result[]>;
  #arriving: Work[] = [];
  #batch: Promise<Map<Work, Result>> | undefined;
  #writing: Promise<unknown> = Promise.resolve();

  /** `write` gives a result for each work, in their order. */
  constructor(write: (works: readonly Work[]) => Promise<Result[]>) {
    this.#write = write;
  }

  /** The same object twice at a time is one work. */
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
