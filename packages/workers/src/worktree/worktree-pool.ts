import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  cleanWorktree,
  moveWorktree,
  removeOrSetAside,
  type Repository,
  type RepositoryTemplate,
  type WorktreeFiles,
  prepareRepository,
  writeRepository,
  replaceFile,
} from '@sage/git';

export interface PoolOptions {
  /** The user's repository, whose rules decide what is ignored. */
  readonly repository: Repository;
  /** The template for each worktree's own repository. */
  readonly template: RepositoryTemplate;
  /** The directory for the worktrees. */
  readonly directory: string;
  /** The name of each worktree is `<prefix>-<number>`. Pools may share a directory, but nothing else. */
  readonly prefix: string;
  /** Whether ignored files are kept from one use to the next. */
  readonly keepIgnored: boolean;
  /** Called with the new path of something that could not be removed and was moved aside. */
  readonly onLeftOver: (path: string) => void;
}

export interface TakeOptions {
  /** Limit of worktrees in use at a time. At the limit, `take` waits for a free one. */
  readonly most?: number;
  /** Called before waiting. */
  readonly onWait?: () => void;
}

export interface PooledWorktree {
  readonly path: string;
  /** Counted from 1, and unique among the pool's worktrees in use. */
  readonly number: number;
  readonly base: string;
  /** Sage's own index, and the commit whose files it has. */
  readonly indexFile: string;
  indexCommit: string | undefined;
}

interface Slot {
  readonly number: number;
  readonly path: string;
  readonly indexFile: string;
  /** The commit of the index; undefined if the files cannot be reused. */
  indexCommit: string | undefined;
  /** Whether the next use's repository is ready, except for its HEAD and index. */
  isPrepared: boolean;
  /** Resolves when the slot is clean, or known to be unusable. */
  ready: Promise<void>;
}

/**
 * Worktrees whose files are reused, each time with a new repository. They are cleaned after they are given back, in
 * parallel with the next attempt, so that taking one only has to check out what has changed. A worktree in an
 * unexpected state is discarded.
 */
export class WorktreePool {
  readonly #options: PoolOptions;
  readonly #free: Slot[] = [];
  readonly #used = new Map<number, Slot>();
  /** Callers that wait for a free worktree. */
  readonly #waiting: ((slot: Slot) => void)[] = [];
  #made = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** A worktree of exactly this commit. `holder` is the name under which `heldBy` finds it after a kill. */
  async take(base: string, holder: string, { most, onWait }: TakeOptions = {}): Promise<PooledWorktree> {
    const slot = await this.#freeSlot(most ?? Infinity, onWait);
    this.#used.set(slot.number, slot);
    await slot.ready;
    try {
      await this.#bringTo(slot, base);
      if (!slot.isPrepared) await prepareRepository(this.#options.template, slot.path);
      slot.isPrepared = false;
      await writeRepository(slot.path, { commit: base, indexFile: slot.indexFile });
      await this.#writeHolder(slot, holder);
    } catch (error) {
      // The slot is not reused, because the obstacle may still be there next time.
      this.#used.delete(slot.number);
      this.#waiting.shift()?.(this.#newSlot());
      throw error;
    }
    const { number, path, indexFile } = slot;
    return {
      number,
      path,
      base,
      indexFile,
      get indexCommit() {
        return slot.indexCommit;
      },
    };
  }

  /** Restores the files of a commit and removes untracked files. Ignored files stay. */
  async putBack({ number }: PooledWorktree, commit: string): Promise<void> {
    const slot = this.#used.get(number);
    if (!slot) return;
    slot.indexCommit = undefined;
    await moveWorktree(this.#files(slot), commit);
    slot.indexCommit = commit;
    await cleanWorktree(this.#files(slot), { commit, keepIgnored: true });
  }

  /** With `discard`, it is not reused. Cleaning continues after this has resolved. */
  async giveBack({ number }: PooledWorktree, { discard = false } = {}): Promise<void> {
    const slot = this.#used.get(number);
    if (!slot) return;
    await rm(this.#holderFile(slot.path), { force: true });
    this.#used.delete(number);
    slot.ready = this.#clean(slot, discard);
    const next = this.#waiting.shift();
    if (next) next(slot);
    else this.#free.push(slot);
  }

  /** The worktree that a killed process was using for this holder. */
  async heldBy(holder: string): Promise<Pick<PooledWorktree, 'path' | 'indexFile'> | undefined> {
    const { directory, prefix } = this.#options;
    for (const name of await readdir(directory).catch(() => [])) {
      if (!name.startsWith(`${prefix}-`) || !name.endsWith(HOLDER)) continue;
      const text = await readFile(join(directory, name), 'utf8').catch(() => undefined);
      const path = join(directory, name.slice(0, -HOLDER.length));
      if (text === holder) return { path, indexFile: path + INDEX };
    }
    return undefined;
  }

  /** Resolves when no worktree is being cleaned. */
  async settled(): Promise<void> {
    await Promise.all(this.#free.map(({ ready }) => ready));
  }

  /** Forgets free worktrees, which are about to be removed. */
  async forget(): Promise<void> {
    await this.settled();
    this.#free.length = 0;
  }

  async #freeSlot(most: number, onWait: (() => void) | undefined): Promise<Slot> {
    const free = this.#free.shift();
    if (free) return free;
    if (this.#used.size < most) return this.#newSlot();
    onWait?.();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #newSlot(): Slot {
    this.#made += 1;
    const number = this.#made;
    const path = join(this.#options.directory, `${this.#options.prefix}-${number}`);
    return {
      number,
      path,
      indexFile: path + INDEX,
      indexCommit: undefined,
      isPrepared: false,
      ready: Promise.resolve(),
    };
  }

  async #bringTo(slot: Slot, base: string): Promise<void> {
    const { keepIgnored, onLeftOver } = this.#options;
    const files = this.#files(slot);
    const before = slot.indexCommit;
    if (before !== undefined) {
      slot.indexCommit = undefined;
      try {
        await moveWorktree(files, base);
        slot.indexCommit = base;
        // Files that the new commit's rules no longer ignore would become part of the work.
        if (!keepIgnored || (await cleanWorktree(files, { commit: base, keepIgnored }))) return;
      } catch {
        // The files were changed since, so the worktree is made from scratch.
      }
      slot.indexCommit = undefined;
    }
    await mkdir(this.#options.directory, { recursive: true, mode: 0o700 });
    await rm(slot.indexFile, { force: true });
    slot.isPrepared = false;
    const leftOver = await removeOrSetAside(slot.path);
    if (leftOver !== undefined) onLeftOver(leftOver);
    await moveWorktree(files, base);
    slot.indexCommit = base;
  }

  /** Never rejects. */
  async #clean(slot: Slot, discard: boolean): Promise<void> {
    const { keepIgnored } = this.#options;
    const commit = slot.indexCommit;
    if (commit === undefined) return;
    slot.indexCommit = undefined;
    if (discard) return;
    try {
      const files = this.#files(slot);
      // Restore tracked files first, because they include the ignore rules that decide about the other files.
      if (keepIgnored) await moveWorktree(files, commit);
      if (!(await cleanWorktree(files, { commit, keepIgnored }))) return;
      // Prepared now, in parallel with the next attempt, so that taking it is quick.
      await prepareRepository(this.#options.template, slot.path);
      slot.isPrepared = true;
      slot.indexCommit = commit;
    } catch {
      // The worktree will be made from scratch.
    }
  }

  #files({ path, indexFile }: Slot): WorktreeFiles {
    return { repository: this.#options.repository, workTree: path, indexFile };
  }

  /** Atomic, because a torn name could be that of another ticket. */
  async #writeHolder({ path }: Slot, holder: string): Promise<void> {
    await replaceFile(this.#holderFile(path), holder);
  }

  #holderFile(path: string): string {
    return path + HOLDER;
  }
}

const HOLDER = '.held';
const INDEX = '.index';
