import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  addWorktree,
  cleanWorktree,
  moveWorktree,
  removeWorktree,
  type Repository,
  type ReusedWorktree,
  worktreeGitDir,
} from '@sage/git';

export interface PoolOptions {
  /** The user's repository, whose rules decide what is ignored; asked for before each use. */
  readonly repository: () => Promise<Repository>;
  /** Where the worktrees are made. */
  readonly directory: string;
  /** What they are called: `<prefix>-<number>`. Pools share nothing but the directory. */
  readonly prefix: string;
  /** The repository that they belong to. */
  readonly gitDir: string;
  /** Whether what git ignores survives from one use to the next. */
  readonly keepIgnored: boolean;
}

export interface PooledWorktree {
  readonly path: string;
  /** From 1; no two worktrees of the pool that are in use have the same. */
  readonly number: number;
  readonly base: string;
}

interface Slot {
  readonly number: number;
  readonly path: string;
  /** undefined as long as there is no worktree that could be used again. */
  reuse: Omit<ReusedWorktree, 'repository'> | undefined;
  /** Over when the slot is clean, or known to be unusable. */
  ready: Promise<void>;
}

/**
 * Worktrees that are used again: cleaned when they are given back, beside the next attempt, so that taking one costs a
 * checkout of what has changed. Whatever is odd about one after its use is thrown away and made anew.
 */
export class WorktreePool {
  readonly #options: PoolOptions;
  readonly #free: Slot[] = [];
  readonly #used = new Map<number, Slot>();
  #made = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** A worktree of exactly this commit. `holder` is the name under which `heldBy` finds it after a kill. */
  async take(base: string, holder: string): Promise<PooledWorktree> {
    const slot = this.#free.shift() ?? this.#newSlot();
    this.#used.set(slot.number, slot);
    await slot.ready;
    const { number, path } = slot;
    try {
      await this.#bringTo(slot, base);
      await this.#writeHolder(slot, holder);
    } catch (error) {
      // Not given back: what stands in the way may stand there the next time, too.
      this.#used.delete(number);
      throw error;
    }
    return { number, path, base };
  }

  /** Puts the files of a commit back and removes what is untracked; what git ignores stays. */
  async putBack({ number }: PooledWorktree, commit: string): Promise<void> {
    const reuse = this.#used.get(number)?.reuse;
    if (reuse) await cleanWorktree(await this.#now(reuse), { commit, keepIgnored: true });
  }

  /** With `discard` it is not used again. Cleaning goes on after this has resolved. */
  async giveBack({ number, base }: PooledWorktree, { discard = false } = {}): Promise<void> {
    const slot = this.#used.get(number);
    if (!slot) return;
    await rm(this.#holderFile(slot.path), { force: true });
    this.#used.delete(number);
    slot.ready = this.#clean(slot, base, discard);
    this.#free.push(slot);
  }

  /** The worktree that a killed process was using for this holder. */
  async heldBy(holder: string): Promise<string | undefined> {
    const { directory, prefix } = this.#options;
    for (const name of await readdir(directory)) {
      if (!name.startsWith(`${prefix}-`) || !name.endsWith(HOLDER)) continue;
      const text = await readFile(join(directory, name), 'utf8').catch(() => undefined);
      if (text === holder) return join(directory, name.slice(0, -HOLDER.length));
    }
    return undefined;
  }

  /** Resolves when nothing is being cleaned any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#free.map(({ ready }) => ready));
  }

  /** Forgets the worktrees that are free: they are about to be removed. */
  async forget(): Promise<void> {
    await this.settled();
    this.#free.length = 0;
  }

  #newSlot(): Slot {
    this.#made += 1;
    const number = this.#made;
    const path = join(this.#options.directory, `${this.#options.prefix}-${number}`);
    return { number, path, reuse: undefined, ready: Promise.resolve() };
  }

  async #bringTo(slot: Slot, base: string): Promise<void> {
    const { keepIgnored } = this.#options;
    if (slot.reuse) {
      try {
        await moveWorktree(await this.#now(slot.reuse), base);
        // What the rules of the new commit no longer ignore would become part of the work.
        if (!keepIgnored || (await this.#cleaned(slot.reuse, base))) return;
      } catch {
        // Somebody has been there meanwhile.
      }
    }
    await this.#makeAnew(slot, base);
  }

  async #makeAnew(slot: Slot, base: string): Promise<void> {
    const { gitDir } = this.#options;
    const { path } = slot;
    slot.reuse = undefined;
    await mkdir(this.#options.directory, { recursive: true });
    await removeWorktree(gitDir, path);
    await addWorktree(gitDir, path, base);
    const own = await worktreeGitDir(gitDir, path);
    if (own === undefined) return;
    const indexFile = `${path}.index`;
    await copyFile(join(own, 'index'), indexFile);
    slot.reuse = { gitDir: own, workTree: path, indexFile };
  }

  /** Never rejects. */
  async #clean(slot: Slot, commit: string, discard: boolean): Promise<void> {
    const { reuse } = slot;
    if (!reuse) return;
    const clean = !discard && (await this.#cleaned(reuse, commit).catch(() => false));
    if (!clean) slot.reuse = undefined;
  }

  async #now(reuse: Omit<ReusedWorktree, 'repository'>): Promise<ReusedWorktree> {
    return { ...reuse, repository: await this.#options.repository() };
  }

  async #cleaned(reuse: Omit<ReusedWorktree, 'repository'>, commit: string): Promise<boolean> {
    const { keepIgnored } = this.#options;
    return cleanWorktree(await this.#now(reuse), { commit, keepIgnored });
  }

  /** Atomic: a torn name would be another ticket's, or nobody's. */
  async #writeHolder({ path }: Slot, holder: string): Promise<void> {
    await writeFile(`${path}.new`, holder);
    await rename(`${path}.new`, this.#holderFile(path));
  }

  #holderFile(path: string): string {
    return path + HOLDER;
  }
}

const HOLDER = '.held';
