import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CollectOptions,
  collectWorktree,
  GitSession,
  type Identity,
  ignoredFiles,
  type PinnedCheckouts,
  PinnedSettings,
  readBlob,
  readTemplate,
  removeWorktreeDirectory,
  type Repository,
  type RepositoryTemplate,
  SAGE_PATHS,
} from '@sage/git';
import { AttemptPins, submoduleRef } from './attempt-pins.ts';
import { named, stashNote, strangerNote } from './left-notes.ts';
import type { UsedWorktree, WorktreeUse } from './used-worktree.ts';
import { WorktreeFolders } from './worktree-folders.ts';
import { type PooledWorktree, type TakeOptions, WorktreePool } from './worktree-pool.ts';

export interface WorktreesOptions {
  readonly repository: Repository;
  /** The repository's configuration. */
  readonly settings: PinnedSettings;
  /** The directory for the worktrees; see `worktreeDirectory` of @sage/git. */
  readonly directory: string;
  /** Paths that an agent's work never contains. They keep the base's version. */
  readonly protectedPaths: readonly string[];
  /** Whether ignored files are kept in a worktree that is reused. */
  readonly keepIgnored: boolean;
  /** Receives messages for the person. */
  readonly onNotice?: (text: string) => void;
}

/** Additional exclusions for the work of one use; see `WorktreesOptions`. */
export interface Protection {
  readonly protectedPaths?: readonly string[];
  /** Names of files, in any folder. */
  readonly protectedNames?: readonly string[];
}

/** Folders of older versions, relative to the top of the checkout. */
const FORMER_PLACES = [SAGE_PATHS.formerWorktrees, SAGE_PATHS.formerRepository];

/** The worktrees of the workers. They are outside the checkout, and each has a separate repository. */
export class Worktrees {
  readonly directory: string;
  readonly #options: WorktreesOptions;
  readonly #template: RepositoryTemplate;
  readonly #author: Identity;
  /** The user's repository with the settings from when this was opened. */
  readonly #repository: Repository;
  readonly #settings: PinnedCheckouts;
  readonly #session: GitSession;
  readonly #pools: Readonly<Record<WorktreeUse, WorktreePool>>;
  readonly #uses = new Map<string, PooledWorktree>();
  readonly pins: AttemptPins;
  readonly #folders: WorktreeFolders;

  private constructor(
    options: WorktreesOptions,
    directory: string,
    template: RepositoryTemplate,
    settings: PinnedCheckouts,
    repository: Repository,
  ) {
    this.#options = options;
    this.directory = directory;
    this.#template = template;
    this.#settings = settings;
    this.#repository = repository;
    this.#author = options.settings.identity;
    this.#folders = new WorktreeFolders(options.onNotice);
    this.#session = new GitSession(options.repository);
    this.pins = new AttemptPins(options.repository, this.#session);
    const pool = (prefix: WorktreeUse) =>
      new WorktreePool({
        repository,
        template,
        directory,
        prefix,
        keepIgnored: options.keepIgnored,
        onLeftOver: (path) => this.#folders.nameLeftOver(path),
      });
    this.#pools = { agent: pool('agent'), verify: pool('verify') };
  }

  static async open(options: WorktreesOptions): Promise<Worktrees> {
    const { repository, settings: pinned } = options;
    await mkdir(options.directory, { recursive: true, mode: 0o700 });
    const directory = await realpath(options.directory);
    const template = await readTemplate(repository, pinned);
    for (const { setting, path } of pinned.programs)
      options.onNotice?.(`${setting.key} runs ${path} of this repository: as it is now, until the run ends`);
    const settings = pinned.open();
    const ofThen = await settings.of(repository);
    const worktrees = new Worktrees(options, directory, template, settings, ofThen);
    for (const place of FORMER_PLACES) {
      const path = join(repository.root, place);
      if (!`${directory}/`.startsWith(`${path}/`)) await worktrees.#folders.remove(path);
    }
    return worktrees;
  }

  /** Whether git may have to fetch missing objects from a remote. */
  get partial(): boolean {
    return this.#template.partial;
  }

  /** A worktree of exactly `base`. `salvage` finds it by `holder`. See `WorktreePool.take`. */
  async take(
    use: WorktreeUse,
    base: string,
    holder: string,
    { most, onWait, protectedPaths = [], protectedNames = [] }: TakeOptions & Protection = {},
  ): Promise<UsedWorktree> {
    const pool = this.#pools[use];
    const worktree = await pool.take(base, holder, { most, onWait });
    const { path, number } = worktree;
    if (use === 'agent') this.#uses.set(holder, worktree);
    const since = new Date();
    const headBefore = use === 'agent' ? await this.#session.readRef('HEAD') : undefined;
    return {
      path,
      base,
      use,
      number,
      name: `${use}-${number}`,
      ignored: () =>
        ignoredFiles({ repository: this.#repository, workTree: path, indexFile: worktree.indexFile }, since),
      putBack: (commit) => pool.putBack(worktree, commit),
      fileAt: (commit, file) => readBlob(this.#repository, commit, file),
      commit: async (message, signal) => {
        try {
          const collected = await this.#collect(worktree, base, message, {
            signal,
            ownCommits: true,
            exclude: [...this.#options.protectedPaths, ...protectedPaths],
            excludeNames: protectedNames,
            refer: (commit) => this.pins.pin(holder, commit),
            referSubmodule: (module, commit) => this.pins.refer(submoduleRef(holder, module), commit),
          });
          const { excluded, forced, ...work } = collected;
          const notes = [
            named('it changed the configuration of sage, which does not land', excluded),
            named('it added files that git ignores', forced),
            await this.#stashNote(path, holder),
            await strangerNote(headBefore, this.#session),
          ];
          return {
            ...work,
            submodules: collected.submodules.map((one) => ({ ...one, ref: submoduleRef(holder, one.path) })),
            notes: notes.filter((note) => note !== undefined),
          };
        } catch (error) {
          await this.#folders.setAside(path);
          throw error;
        }
      },
      giveBack: (options) => {
        this.#uses.delete(holder);
        return pool.giveBack(worktree, options);
      },
    };
  }

  /** The current content of a worktree in use, as one commit on its base; undefined if nothing has changed yet. */
  async preview(holder: string): Promise<string | undefined> {
    const use = this.#uses.get(holder);
    return use && (await this.#collect(use, use.base, 'preview')).commit;
  }

  /** Collects what an interrupted attempt left in its worktree, or finds what was already collected. */
  async salvage(holder: string, base: string, message: string): Promise<string | undefined> {
    const held = await this.#pools.agent.heldBy(holder);
    const found =
      held && (await this.#collect({ ...held, indexCommit: undefined }, base, message, { ownCommits: true }));
    return found?.commit ?? this.pins.pinned(holder);
  }

  /** Resolves when all worktrees that were given back are clean. */
  async settled(): Promise<void> {
    for (const pool of Object.values(this.#pools)) await pool.settled();
  }

  /** Removes all remaining worktrees. Those that cannot be removed are moved aside and named. */
  async removeAll({ keepSessions = false } = {}): Promise<void> {
    for (const pool of Object.values(this.#pools)) await pool.forget();
    await this.#folders.removeAll(this.directory, keepSessions);
    // Also removes the folders created for them, if they are empty.
    await removeWorktreeDirectory(this.directory);
  }

  /** Call when all attempts are over and everything worth keeping is kept. Removes the rest. */
  async close(): Promise<void> {
    await this.removeAll();
    await this.pins.removeAll();
    await this.#session[Symbol.asyncDispose]();
    await this.#settings[Symbol.asyncDispose]();
  }

  async #collect(
    { path, indexFile, indexCommit }: Pick<PooledWorktree, 'path' | 'indexFile' | 'indexCommit'>,
    base: string,
    message: string,
    {
      ownCommits = false,
      ...rest
    }: Partial<Pick<CollectOptions, 'signal' | 'refer' | 'referSubmodule' | 'exclude' | 'excludeNames'>> & {
      ownCommits?: boolean;
    } = {},
  ) {
    const { commit, changedFiles, skipped, ...told } = await collectWorktree({
      repository: this.#repository,
      session: this.#session,
      template: ownCommits ? this.#template : undefined,
      workTree: path,
      indexFile,
      indexCommit,
      base,
      exclude: this.#options.protectedPaths,
      message,
      author: this.#author,
      date: new Date(),
      ...rest,
    });
    return { ...(commit !== undefined && { commit }), changedFiles, ignoredFiles: skipped, ...told };
  }

  #stashNote(path: string, holder: string): Promise<string | undefined> {
    const [repository, template] = [this.#options.repository, this.#template];
    const refer = (ref: string, oid: string) => this.pins.refer(ref, oid);
    return stashNote(path, holder, { repository, template, refer });
  }
}
