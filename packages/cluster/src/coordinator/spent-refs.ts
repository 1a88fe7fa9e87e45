import { removeRemoteRefs, type Repository, updateRefs } from '@sage/git';

/** How many refs are removed at a time. */
const BATCH_REFS = 100;

/**
 * Refs that nobody needs any more, on the remote and here. They are removed while a run works, many at a time: each push and each
 * fetch costs more the more refs there are. One that cannot be removed now is left to the end of the run.
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

  /** `there`: on the remote. */
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

  /** One on the remote is needed again. Resolves when nothing is about to remove it. */
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
      // Nobody waits for it: what is left is found again at the end of the run, or by the next one.
    }
  }
}
