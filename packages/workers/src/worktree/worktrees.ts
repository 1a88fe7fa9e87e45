import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  commitWorktree,
  PinnedRepository,
  type Identity,
  identity,
  openWorkRepository,
  removeWorktree,
  type Repository,
  RepositoryError,
  resetWorkRepository,
  worktreeGitDir,
  type WorkRepository,
} from '@sage/git';
import { type PooledWorktree, WorktreePool } from './worktree-pool.ts';

export interface WorktreesOptions {
  readonly repository: Repository;
  /** Paths that an agent's work never contains; they keep the base's version. */
  readonly protectedPaths: readonly string[];
  /** Whether what git ignores survives in a worktree that is used again. */
  readonly keepIgnored: boolean;
}

/** Who works in a worktree. Those of agents are never given to checks: they could hold what an agent left there. */
export type WorktreeUse = 'agent' | 'verify';

/** A worktree for one use. */
export interface UsedWorktree {
  readonly path: string;
  readonly base: string;
  readonly use: WorktreeUse;
  /** What git writes for it: its own git directory, objects, branches. */
  readonly gitPlaces: readonly string[];
  /** Whose processes are its: no other use has the same name at the same time. */
  readonly name: string;
  /** From 1; no two worktrees of the same use have the same at the same time. */
  readonly number: number;
  /** Everything that was left here as one commit on the base, whatever the agent did to git. */
  commit(
    message: string,
  ): Promise<{ commit?: string; changedFiles: readonly string[]; ignoredFiles: readonly string[] }>;
  /** Puts the files of a commit back and removes what is untracked; what git ignores stays, and so does HEAD. */
  putBack(commit: string): Promise<void>;
  /** With `discard` nothing that was left here is seen again. */
  giveBack(options?: { discard?: boolean }): Promise<void>;
}

/**
 * The worktrees of the workers, all of one repository of their own beside the user's. A partial clone cannot share
 * its objects, for it fetches what it lacks itself: there the worktrees are the user's repository's own.
 */
export class Worktrees {
  readonly directory: string;
  readonly #options: WorktreesOptions;
  /** undefined in a partial clone. */
  readonly #work: WorkRepository | undefined;
  /** undefined in a partial clone, which fetches what it lacks by its own settings. */
  readonly #pinned: PinnedRepository | undefined;
  readonly #gitDir: string;
  readonly #author: Identity;
  readonly #pools: Readonly<Record<WorktreeUse, WorktreePool>>;
  readonly #uses = new Map<string, { path: string; base: string }>();
  #resetting: Promise<void> = Promise.resolve();

  private constructor(
    options: WorktreesOptions,
    directory: string,
    work: WorkRepository | undefined,
    pinned: PinnedRepository | undefined,
    author: Identity,
  ) {
    this.#options = options;
    this.directory = directory;
    this.#work = work;
    this.#gitDir = work?.gitDir ?? options.repository.commonDir;
    this.#author = author;
    this.#pinned = pinned;
    const { keepIgnored } = options;
    const repository = () => this.#repository();
    const pool = (prefix: WorktreeUse) =>
      new WorktreePool({ repository, directory, prefix, gitDir: this.#gitDir, keepIgnored });
    this.#pools = { agent: pool('agent'), verify: pool('verify') };
  }

  static async open(options: WorktreesOptions): Promise<Worktrees> {
    const { repository } = options;
    const directory = join(repository.root, '.sage/worktrees');
    await mkdir(directory, { recursive: true });
    const work = await openWorkRepository(repository, join(repository.root, '.sage/work.git')).catch(
      (error: unknown) => {
        if (error instanceof RepositoryError && error.code === 'PARTIAL_CLONE') return undefined;
        throw error;
      },
    );
    if (work) await resetWorkRepository(work, { idle: true });
    const pinned = work && (await PinnedRepository.of(work, join(directory, 'pinned.git')));
    return new Worktrees(options, directory, work, pinned, await identity(repository));
  }

  /** The workers' repository, from which finished work is fetched by id; undefined where that is the user's own. */
  get workRepository(): string | undefined {
    return this.#work?.gitDir;
  }

  /** A worktree of exactly `base`. `holder` names it for `salvage`. */
  async take(use: WorktreeUse, base: string, holder: string): Promise<UsedWorktree> {
    await this.#reset();
    const pool = this.#pools[use];
    const worktree: PooledWorktree = await pool.take(base, holder);
    const { path, number } = worktree;
    if (use === 'agent') this.#uses.set(holder, { path, base });
    return {
      path,
      gitPlaces: await this.#gitPlaces(path),
      base,
      use,
      number,
      name: `${use}-${number}`,
      putBack: (commit) => pool.putBack(worktree, commit),
      commit: (message) => this.#commit(path, base, message),
      giveBack: (options) => {
        this.#uses.delete(holder);
        return pool.giveBack(worktree, options);
      },
    };
  }

  /** What a worktree in use holds now, as one commit on its base; undefined where nothing is changed yet. */
  async preview(holder: string): Promise<string | undefined> {
    const use = this.#uses.get(holder);
    return use && (await this.#commit(use.path, use.base, 'preview')).commit;
  }

  /** What a cut-off attempt left in its worktree, as one commit. */
  async salvage(holder: string, base: string, message: string): Promise<string | undefined> {
    const path = await this.#pools.agent.heldBy(holder);
    return path === undefined ? undefined : (await this.#commit(path, base, message)).commit;
  }

  /** Resolves when all that were given back are clean. */
  async settled(): Promise<void> {
    for (const pool of Object.values(this.#pools)) await pool.settled();
  }

  /** Removes every worktree that is left. */
  async removeAll(): Promise<void> {
    for (const pool of Object.values(this.#pools)) await pool.forget();
    for (const name of await readdir(this.directory))
      await removeWorktree(this.#gitDir, join(this.directory, name));
  }

  /** An agent may have written hooks or configuration there. One at a time: two would undo each other half-way. */
  async #reset(): Promise<void> {
    const work = this.#work;
    if (!work) return;
    const turn = this.#resetting.then(() => resetWorkRepository(work, { idle: false }));
    this.#resetting = turn.catch(() => {});
    await turn;
  }

  async #gitPlaces(path: string): Promise<string[]> {
    const own = await worktreeGitDir(this.#gitDir, path);
    // Where the worktrees are the user's repository's, its branches are nothing to write.
    const shared = this.#work ? ['objects', 'refs', 'logs'] : ['objects'];
    if (this.#work) await mkdir(join(this.#gitDir, 'logs'), { recursive: true });
    return [...(own === undefined ? [] : [own]), ...shared.map((name) => join(this.#gitDir, name))];
  }

  /** The user's, with the settings that it had when this was opened. */
  async #repository(): Promise<Repository> {
    return (await this.#pinned?.current()) ?? this.#options.repository;
  }

  async #commit(path: string, base: string, message: string) {
    const { protectedPaths } = this.#options;
    const gitDir = await worktreeGitDir(this.#gitDir, path);
    const there = await stat(path).catch(() => undefined);
    // The agent removed its worktree, or a killed coordinator did: nothing is left to take.
    if (gitDir === undefined || !there?.isDirectory()) return { changedFiles: [], ignoredFiles: [] };
    const snapshot = await commitWorktree({
      repository: await this.#repository(),
      gitDir,
      workTree: path,
      base,
      exclude: protectedPaths,
      message,
      author: this.#author,
      committer: this.#author,
      date: new Date(),
    });
    if (snapshot === undefined) return { changedFiles: [], ignoredFiles: [] };
    return { commit: snapshot.commit, changedFiles: snapshot.changedFiles, ignoredFiles: snapshot.skipped };
  }
}
