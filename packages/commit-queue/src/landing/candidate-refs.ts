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
 * Refs to commits that are being verified. Nothing else leads to them, and a verify may take longer than it takes the
 * user's `git gc --prune=now` to delete them.
 */
export class CandidateRefs implements AsyncDisposable {
  readonly #repository: Repository;
  readonly #session: GitSession;
  readonly #refs = new Set<string>();

  private constructor(repository: Repository, session: GitSession, left: readonly string[]) {
    this.#repository = repository;
    this.#session = session;
    this.#refs = new Set(left);
  }

  /** The lock must be held: the refs that are there were left by a killed process. */
  static async open(repository: Repository, session: GitSession): Promise<CandidateRefs> {
    const left = await listRefs(repository, SAGE_REFS.candidates);
    return new CandidateRefs(
      repository,
      session,
      left.map(({ ref }) => ref),
    );
  }

  /** False where a gc may have deleted some of the commit's objects before the ref was there: make it again. */
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
    if (this.#refs.size === 0) return;
    const deletions = [...this.#refs].map((ref) => ({ ref, old: undefined, new: 'delete' }));
    await updateRefs(this.#repository, deletions, { synced: false });
  }
}

export function isMissingObject({ stderr }: GitError): boolean {
  return /nonexistent object|bad object|unable to read tree/.test(stderr);
}
