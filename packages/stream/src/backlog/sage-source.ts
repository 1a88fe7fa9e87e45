import { join } from 'node:path';
import type { ManagedFile } from '@sage/commit-queue';
import { currentBranch, readBlob, readRef, type Repository, fileVersion } from '@sage/git';
import {
  applyTicketChanges,
  parseTicketIndex,
  readTicketIndex,
  SAGE_INDEX,
  type TicketChange,
  type TicketIndex,
  writeTicketChanges,
} from '@sage/tickets';
import type { SourceContent, TicketSource } from '../ports.ts';

/**
 * The ticket index of a repository: the checkout's while the target is checked out there (or does not track one), else
 * the target's.
 */
export class SageSource implements TicketSource {
  readonly protectedPaths = [SAGE_INDEX];
  readonly #repository: Repository;
  readonly #target: string;
  #readsCheckout = true;
  #writing: Promise<void> = Promise.resolve();

  /** `target`: full ref. */
  constructor(repository: Repository, target: string) {
    this.#repository = repository;
    this.#target = target;
  }

  get readsCheckout(): boolean {
    return this.#readsCheckout;
  }

  async version(): Promise<string> {
    const { root, gitDir } = this.#repository;
    // Switching branches changes the file first, then HEAD.
    const files = [fileVersion(join(root, SAGE_INDEX)), fileVersion(join(gitDir, 'HEAD'))];
    // `read` reports what is wrong with the target.
    const tip = this.#readsCheckout ? '' : await readRef(this.#repository, this.#target).catch(() => '');
    return [...files, tip].join(' ');
  }

  async read(): Promise<SourceContent> {
    // A target that is still to be made begins as what is checked out.
    const [current, tip] = await Promise.all([
      currentBranch(this.#repository),
      readRef(this.#repository, this.#target),
    ]);
    this.#readsCheckout = current === this.#target || tip === undefined;
    const tracked = this.#readsCheckout ? undefined : await this.#tracked();
    if (tracked !== undefined) {
      const file = `${this.#target}:${SAGE_INDEX}`;
      return { file, tickets: parseTicketIndex(tracked, file).tickets };
    }
    const { tickets } = await readTicketIndex(join(this.#repository.root, SAGE_INDEX));
    return { file: SAGE_INDEX, tickets };
  }

  stateFiles(changes: readonly TicketChange[]): ManagedFile[] {
    return [
      {
        path: SAGE_INDEX,
        edit: (text) => applyTicketChanges(text, known(changes, parseTicketIndex(text, SAGE_INDEX))),
      },
    ];
  }

  async isTracked(): Promise<boolean> {
    return (await this.#tracked()) !== undefined;
  }

  async write(changes: readonly TicketChange[]): Promise<void> {
    // One at a time: each reads the file and replaces it.
    const before = this.#writing;
    const writing = (async () => {
      await before.catch(() => {});
      const file = join(this.#repository.root, SAGE_INDEX);
      await writeTicketChanges(file, known(changes, await readTicketIndex(file)));
    })();
    this.#writing = writing;
    await writing;
  }

  #tracked(): Promise<string | undefined> {
    return readBlob(this.#repository, this.#target, SAGE_INDEX);
  }
}

/** A ticket may have been removed from the index. */
function known(changes: readonly TicketChange[], { tickets }: Pick<TicketIndex, 'tickets'>): TicketChange[] {
  const ids = new Set(tickets.map(({ id }) => id));
  return changes.filter(({ id }) => ids.has(id));
}
