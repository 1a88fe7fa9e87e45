import {
  gcIsRunning,
  GitError,
  type GitSession,
  listRefs,
  type Repository,
  SAGE_REFS,
  updateRefs,
  waitForGc,
} from '@sage/git';

/**
 * Refs to commits that are being verified. Nothing else refers to them, and a verify may take so long that the user's
 * `git gc --prune=now` would delete them.
 */
export class CandidateRefs implements AsyncDisposable {
  readonly #repository: Repository;
  readonly #session: GitSession;
  readonly #refs = new Set<string>();

  constructor(repository: Repository, session: GitSession) {
    this.#repository = repository;
    this.#session = session;
  }

  /**
   * False if a gc may have deleted some of the commit's objects before the ref existed. The commit then has to be
   * made again.
   */
  async hold(entry: string, commit: string): Promise<boolean> {
    const ref = SAGE_REFS.candidates + entry;
    this.#refs.add(ref);
    try {
      await this.#session.updateRefs([{ ref, old: undefined, new: commit }]);
    } catch (error) {
      if (error instanceof GitError && isMissingObject(error)) return false;
      throw error;
    }
    if (!(await gcIsRunning(this.#repository))) return true;
    await waitForGc(this.#repository);
    return false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await remove(this.#repository, [...this.#refs]);
  }
}

/** Removes refs that a killed process has left; the lock must be held. */
export async function removeLeftCandidates(repository: Repository): Promise<void> {
  const left = await listRefs(repository, SAGE_REFS.candidates);
  await remove(
    repository,
    left.map(({ ref }) => ref),
  );
}

async function remove(repository: Repository, refs: readonly string[]): Promise<void> {
  if (refs.length === 0) return;
  const deletions = refs.map((ref) => ({ ref, old: undefined, new: 'delete' }));
  await updateRefs(repository, deletions, { synced: false });
}

export function isMissingObject({ stderr }: GitError): boolean {
  return /nonexistent object|bad object|unable to read tree/.test(stderr);
}
