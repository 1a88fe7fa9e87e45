import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchFromRemote, git, openRepository, readRef, type Repository } from '@sage/git';
import type { Payload } from '../protocol/payload.ts';

/**
 * Makes it look like the user's repository: its branches, both as local ones and as those of `origin`, and its tags.
 */
const REFSPECS = [
  '+refs/heads/*:refs/heads/*',
  '+refs/heads/*:refs/remotes/origin/*',
  '+refs/tags/*:refs/tags/*',
];

/** A copy of a remote repository on a worker, without a checkout. Attempts share its objects. */
export class Mirror {
  readonly repository: Repository;
  /** Fetches run one after the other, because git locks what they write. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(repository: Repository) {
    this.repository = repository;
  }

  /** `commit` is any commit of the repository; its length determines the object format. */
  static async open(folder: string, url: string, commit: string): Promise<Mirror> {
    const format = commit.length === 64 ? 'sha256' : 'sha1';
    const hash = createHash('sha256').update(`${format} ${url}`).digest('hex');
    const root = join(folder, hash.slice(0, 16));
    await mkdir(root, { recursive: true, mode: 0o700 });
    await git(root, ['init', '--quiet', `--object-format=${format}`]);
    const repository = await openRepository(root);
    await git(repository, ['config', 'remote.origin.url', url]);
    await git(repository, ['config', 'remote.origin.fetch', '+refs/heads/*:refs/remotes/origin/*']);
    return new Mirror(repository);
  }

  /** Sets the identity for commits: the person who started the run. */
  async actAs({ name, email }: Payload['author']): Promise<void> {
    await this.#inTurn(async () => {
      await git(this.repository, ['config', 'user.name', name]);
      await git(this.repository, ['config', 'user.email', email]);
    });
  }

  /** Fetches the state of the remote that a run starts from. */
  async refresh(depth: number | undefined, signal?: AbortSignal): Promise<void> {
    await this.#inTurn(() => fetchFromRemote(this.repository, 'origin', REFSPECS, { depth, signal }));
  }

  /**
   * Fetches the commit that an attempt starts from.
   * @throws {GitError} if the remote cannot be reached, or does not have it.
   */
  async fetchBase(
    { base, baseRef, limits }: Pick<Payload, 'base' | 'baseRef' | 'limits'>,
    signal?: AbortSignal,
  ): Promise<void> {
    await this.#inTurn(async () => {
      if ((await readRef(this.repository, baseRef)) === base) return;
      const { depth } = limits;
      await fetchFromRemote(this.repository, 'origin', [`+${baseRef}:${baseRef}`], { depth, signal });
      const fetched = await readRef(this.repository, baseRef);
      if (fetched !== base) throw new Error(`the remote has ${fetched ?? 'nothing'} at ${baseRef}`);
    });
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }
}
