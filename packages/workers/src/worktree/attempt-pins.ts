import {
  encodeRefComponent,
  type GitSession,
  listRefs,
  readRef,
  type Repository,
  SAGE_REFS,
} from '@sage/git';

/** Refs that keep the results of attempts alive until they are queued or kept elsewhere. */
export class AttemptPins {
  readonly #repository: Repository;
  readonly #session: Pick<GitSession, 'updateRefs'>;
  readonly #refs = new Set<string>();

  constructor(repository: Repository, session: Pick<GitSession, 'updateRefs'>) {
    this.#repository = repository;
    this.#session = session;
  }

  /** Pins at once, because until then nothing else refers to the commit. */
  async pin(holder: string, commit: string): Promise<void> {
    this.#refs.add(refOf(holder));
    await this.refer(refOf(holder), commit);
  }

  async pinned(holder: string): Promise<string | undefined> {
    return readRef(this.#repository, refOf(holder));
  }

  /** Keeps an object alive under a ref that no run removes. */
  async refer(ref: string, oid: string): Promise<void> {
    await this.#session.updateRefs([{ ref, old: undefined, new: oid }]);
  }

  /** Takes over the pins of killed processes, which are then removed with the others. */
  async adopt(): Promise<void> {
    for (const { ref } of await listRefs(this.#repository, SAGE_REFS.attempts)) this.#refs.add(ref);
  }

  async removeAll(): Promise<void> {
    const refs = [...this.#refs].map((ref) => ({ ref, old: undefined, new: 'delete' }));
    this.#refs.clear();
    if (refs.length > 0) await this.#session.updateRefs(refs);
  }
}

function refOf(holder: string): string {
  return SAGE_REFS.attempts + holder;
}

/** The ref that keeps an attempt's work in a submodule. */
export function submoduleRef(holder: string, path: string): string {
  return `${SAGE_REFS.submodules}${holder}/${encodeRefComponent(path)}`;
}
