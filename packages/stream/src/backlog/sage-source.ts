import { join } from 'node:path';
import type { ManagedFile } from '@sage/commit-queue';
import { readBlob, type Repository } from '@sage/git';
import {
  IndexEditor,
  parseTicketIndex,
  readTicketIndex,
  SAGE_INDEX,
  type TicketChange,
  type TicketIndex,
  writeTicketChanges,
} from '@sage/tickets';
import type { SourceContent, TicketSource } from '../ports.ts';
import { isFollowed, versionOf } from './followed-branch.ts';

/**
 * The ticket index of a repository. Reads the checkout if the target is checked out there (or does not track an
 * index), otherwise the target.
 */
export class SageSource implements TicketSource {
  readonly protectedPaths = [SAGE_INDEX];
  readonly #repository: Repository;
  readonly #target: string;
  readonly #editor = new IndexEditor();
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
    return versionOf(this.#repository, [SAGE_INDEX], this.#readsCheckout ? undefined : this.#target);
  }

  async read(): Promise<SourceContent> {
    this.#readsCheckout = await isFollowed(this.#repository, this.#target);
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
        edit: (text) => this.#editor.edit(text, changes, SAGE_INDEX),
      },
    ];
  }

  async isTracked(): Promise<boolean> {
    return (await this.#tracked()) !== undefined;
  }

  async write(changes: readonly TicketChange[]): Promise<void> {
    // One at a time, because each write reads and then replaces the file.
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

/** Skips tickets that have been removed from the index. */
function known(changes: readonly TicketChange[], { tickets }: Pick<TicketIndex, 'tickets'>): TicketChange[] {
  const ids = new Set(tickets.map(({ id }) => id));
  return changes.filter(({ id }) => ids.has(id));
}
