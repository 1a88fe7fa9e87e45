import { join } from 'node:path';
import { currentBranch, readRef, type Repository } from '@sage/git';
import { fileIdentity } from './file-identity.ts';
import { INDEX_PATH, type IndexContent, readIndex } from '../backlog.ts';

/** The index that counts while a run works: the checkout's as long as the target is checked out, else the target's. */
export class IndexSource {
  readonly #repository: Repository;
  readonly #target: string;
  #elsewhere = false;

  constructor(repository: Repository, target: string) {
    this.#repository = repository;
    this.#target = target;
  }

  /** Whether the target's version is read, not the file of the checkout. */
  get elsewhere(): boolean {
    return this.#elsewhere;
  }

  /** Another one whenever `read` may give something else. */
  async version(): Promise<string> {
    const { root, gitDir } = this.#repository;
    // Whoever switches branches changes the file, and then HEAD.
    const files = await Promise.all([
      fileIdentity(join(root, INDEX_PATH)),
      fileIdentity(join(gitDir, 'HEAD')),
    ]);
    // Why it cannot be read, `read` says.
    const tip = this.#elsewhere ? await readRef(this.#repository, this.#target).catch(() => '') : '';
    return [...files, tip].join(' ');
  }

  /** @throws TicketIndexError */
  async read(): Promise<IndexContent> {
    this.#elsewhere = (await currentBranch(this.#repository)) !== this.#target;
    return readIndex(this.#repository, this.#elsewhere ? this.#target : undefined);
  }
}
