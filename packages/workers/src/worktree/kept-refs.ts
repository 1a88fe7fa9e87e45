import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeRefComponent, listRefs, type Repository, SAGE_REFS, updateRefs } from '@sage/git';

/** Why work that did not land is kept: `refs/sage/deferred/<ticket>`, `refs/sage/interrupted/<ticket>`. */
export type KeptAs = 'deferred' | 'interrupted';

/**
 * The refs that keep work that did not land. Most tickets have none, and need no process to find that out: existing
 * refs are listed once, and only this process adds to them.
 */
export class KeptRefs {
  readonly #repository: Repository;
  #known: Promise<Set<string>> | undefined;

  constructor(repository: Repository) {
    this.#repository = repository;
  }

  async keep(ticket: string, commit: string, as: KeptAs): Promise<string> {
    const ref = keptRef(ticket, as);
    (await this.#all()).add(ref);
    await updateRefs(this.#repository, [{ ref, old: undefined, new: commit }]);
    return ref;
  }

  /** Also forgets work in submodules. */
  async forget(ticket: string): Promise<void> {
    const known = await this.#all();
    const modules = `${SAGE_REFS.submodules}${encodeRefComponent(ticket)}`;
    const fresh = await readdir(join(this.#repository.commonDir, modules)).catch(() => []);
    const found = new Set([
      ...[keptRef(ticket, 'deferred'), keptRef(ticket, 'interrupted')].filter((ref) => known.has(ref)),
      ...[...known].filter((ref) => ref.startsWith(`${modules}/`)),
      ...fresh.map((name) => `${modules}/${name}`),
    ]);
    if (found.size === 0) return;
    const deletions = [...found].map((ref) => ({ ref, old: undefined, new: 'delete' }));
    await updateRefs(this.#repository, deletions);
    for (const ref of found) known.delete(ref);
  }

  #all(): Promise<Set<string>> {
    this.#known ??= listRefs(this.#repository, SAGE_REFS.all).then(
      (refs) =>
        new Set(
          refs.map(({ ref }) => ref).filter((ref) => PREFIXES.some((prefix) => ref.startsWith(prefix))),
        ),
    );
    return this.#known;
  }
}

const PREFIXES = [SAGE_REFS.deferred, SAGE_REFS.interrupted, SAGE_REFS.submodules];

function keptRef(ticket: string, as: KeptAs): string {
  return SAGE_REFS[as] + encodeRefComponent(ticket);
}
