import { removeRemoteRefs, type Repository, updateRefs } from '@sage/git';

/** How many refs are removed at a time. */
const BATCH_REFS = 100;

/**
 * Removes refs that are no longer needed, on the remote and here. This happens during the run, many at a time,
 * because pushes and fetches get slower with more refs. Refs that cannot be removed now are removed at the end of the
 * run.
 */
export class SpentRefs {
  readonly #repository: Repository;
  readonly #remote: string;
  #there: string[] = [];
  #here: string[] = [];
  #last: Promise<void> = Promise.resolve();

  constructor(repository: Repository, remote: string) {
    this.#repository = repository;
    this.#remote = remote;
  }

  /** `there` says that the ref is on the remote. */
  add({
    there = [],
    here = [],
  }: {
    readonly there?: readonly string[];
    readonly here?: readonly string[];
  }): void {
    this.#there.push(...there);
    this.#here.push(...here);
    if (this.#there.length + this.#here.length >= BATCH_REFS) void this.flush();
  }

  /** A ref on the remote is needed again. Resolves when it is certain not to be removed. */
  async recall(ref: string): Promise<void> {
    this.#there = this.#there.filter((each) => each !== ref);
    await this.#last;
  }

  /** Resolves when all of them are removed, or cannot be. */
  flush(): Promise<void> {
    this.#last = this.#last.then(() => this.#remove());
    return this.#last;
  }

  async #remove(): Promise<void> {
    const [there, here] = [this.#there, this.#here];
    [this.#there, this.#here] = [[], []];
    try {
      if (here.length > 0)
        await updateRefs(
          this.#repository,
          here.map((ref) => ({ ref, old: undefined, new: 'delete' })),
        );
      for (let at = 0; at < there.length; at += BATCH_REFS)
        await removeRemoteRefs(this.#repository, this.#remote, there.slice(at, at + BATCH_REFS));
    } catch {
      // No caller waits for this. What is left is found again at the end of the run, or by the next run.
    }
  }
}
