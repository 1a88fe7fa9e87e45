import { join } from 'node:path';
import { excludeFromGit, GitSession, identity, openRepository, type Repository } from '@sage/git';
import { auditLandings, type AuditOptions, type AuditReport } from './audit.ts';
import { cleanupQueue } from './cleanup.ts';
import { enqueueWorks, type Work } from './enqueue.ts';
import type { EntryState, QueueEntry } from './entry.ts';
import { EntryStore, workKey } from './entry-store.ts';
import { EntryError, LockTimeoutError, QueueStoppedError } from './errors.ts';
import { withKnownGreen } from './known-green.ts';
import { landEntry, type LandingContext, settleLanded, type Candidate } from './land.ts';
import { GROUP, landGroup } from './land-group.ts';
import { landSpeculatively } from './land-speculatively.ts';
import { landManagedFiles, type ManagedCommit } from './land-managed-files.ts';
import { acquireLock, type Lock } from './lock.ts';
import type { ManagedFile } from './managed-files.ts';
import { predictConflict } from './predict.ts';
import { recoverQueue } from './recover.ts';
import type { OnStep } from './steps.ts';

export interface CommitQueueOptions {
  /** The repository to land in, or a directory in its work tree. */
  repository: string | Repository;
  /** Where the entries are; `<root>/.sage/commit-queue` when missing. */
  directory?: string;
  /** Files whose content is computed when an entry lands; asked again for each new tip. */
  managedFiles?: (entry: QueueEntry, tip: string) => Promise<readonly ManagedFile[]> | readonly ManagedFile[];
  /** Judges exactly the commit that would land. What it throws ends `process`, the entry stays queued. */
  verify?: (candidate: Candidate) => Promise<{ ok: boolean; output: string }>;
  /** Verifies at a time, each on top of the others before it; 1 when missing, and where there are managed files. */
  verifySlots?: number;
  /**
   * The command of verify and what it depends on beside the tree. With it a tree that has passed is not verified
   * again, as after a landing that was made anew on an unrelated one and has the same content.
   */
  verifyKey?: string;
  /** How long to wait for another process that holds the queue, in ms; 5 minutes when missing. */
  lockTimeout?: number;
  now?: () => Date;
  /** Told of every entry that was settled (landed, conflicted, rejected), in order, when that is durable. */
  onLanding?: (event: { entry: QueueEntry }) => void | Promise<void>;
  /** Told of each step of a landing when it is done: for tests that end the process there. */
  onStep?: OnStep;
}

export interface EntryFilter {
  state?: EntryState;
  target?: string;
  ticket?: string;
}

/** Opens (and makes, when absent) the queue of a repository. Any number of processes may have it open. */
export async function openCommitQueue(options: CommitQueueOptions): Promise<CommitQueue> {
  const given = options.repository;
  const repository = typeof given === 'string' ? await openRepository(given) : given;
  const directory = options.directory ?? join(repository.root, '.sage/commit-queue');
  const store = new EntryStore(directory, options.now ?? (() => new Date()));
  await store.open();
  if (options.directory === undefined) await excludeFromGit(repository, ['/.sage/commit-queue/']);
  return new CommitQueue(repository, store, options);
}

/** Lands finished work on branches, one landing at a time, each exactly once. Made by `openCommitQueue`. */
export class CommitQueue {
  readonly #repository: Repository;
  readonly #store: EntryStore;
  readonly #options: CommitQueueOptions;
  readonly #now: () => Date;
  #arriving: Work[] = [];
  #batch: Promise<Map<Work, QueueEntry | Error>> | undefined;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(repository: Repository, store: EntryStore, options: CommitQueueOptions) {
    this.#repository = repository;
    this.#store = store;
    this.#options = options;
    this.#now = options.now ?? (() => new Date());
  }

  /**
   * Takes in finished work. It is pinned and on disk when this returns; calls at the same time share their syncs.
   * Throws `EntryError`.
   */
  async enqueue(work: Work): Promise<QueueEntry> {
    this.#arriving.push(work);
    // Whoever comes while others are written waits, and is written with all who came meanwhile.
    const batch = (this.#batch ??= this.#writing.then(() => {
      const works = this.#arriving;
      this.#arriving = [];
      this.#batch = undefined;
      return this.#enqueueWorks(works);
    }));
    this.#writing = batch.catch(() => undefined);
    const result = (await batch).get(work);
    if (result instanceof Error) throw result;
    return result as QueueEntry;
  }

  /** As `enqueue` for many, in this order. Throws the first error; the others are queued all the same. */
  async enqueueAll(works: readonly Work[]): Promise<QueueEntry[]> {
    const results = await Promise.allSettled(works.map((work) => this.enqueue({ ...work })));
    return results.map((result) => {
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    });
  }

  async #enqueueWorks(works: readonly Work[]): Promise<Map<Work, QueueEntry | Error>> {
    const { onStep } = this.#options;
    const entries = await enqueueWorks(this.#repository, this.#store, works, { now: this.#now, onStep });
    return new Map(works.map((work, n) => [work, entries[n] as QueueEntry | Error]));
  }

  /**
   * Lands what is queued, in the order it came, what comes in meanwhile included. Returns the entries whose
   * state changed. A conflicted or rejected entry does not hold up the next; a target that cannot move stops
   * its own entries only, and is thrown as `QueueStoppedError` at the end. After `signal` no further landing
   * begins.
   */
  process(options: { target?: string; signal?: AbortSignal } = {}): Promise<QueueEntry[]> {
    return this.#locked('process the queue', options.signal, async (lock) => {
      const { onStep } = this.#options;
      onStep?.('lock-taken');
      const changed = await this.#recover();
      onStep?.('recovered');
      await using session = new GitSession(this.#repository);
      const tried = new Set<string>();
      const stopped = new Map<string, QueueStoppedError>();
      const landed = new Map(changed.map((entry) => [workKey(entry), entry]));
      const context = {
        repository: this.#repository,
        store: this.#store,
        lock,
        now: this.#now,
        managedFiles: this.#options.managedFiles ?? (() => []),
        verify: this.#verify(),
        session,
        committer: await identity(this.#repository),
        onStep,
      };
      // Managed files and verify are asked entry by entry; without them many land at once.
      const together = this.#options.managedFiles === undefined && this.#options.verify === undefined;
      const slots = this.#options.managedFiles === undefined ? (this.#options.verifySlots ?? 1) : 1;
      const settled = async (entry: QueueEntry) => {
        tried.add(entry.id);
        if (entry.state === 'landed') landed.set(workKey(entry), entry);
        changed.push(entry);
        await this.#options.onLanding?.({ entry });
      };
      for (;;) {
        const { entries } = await this.#store.read();
        const open = entries.filter(
          ({ id, state, target }) =>
            state === 'queued' && !tried.has(id) && (options.target ?? target) === target,
        );
        if (open.length === 0) break;
        for (const each of entries) if (each.state === 'landed') landed.set(workKey(each), each);
        for (const entry of open) {
          if (options.signal?.aborted) return changed;
          if (tried.has(entry.id)) continue;
          tried.add(entry.id);
          if (stopped.has(entry.target)) continue;
          try {
            // Two enqueues of the same work at once may both be seen before one of them withdraws.
            const twin = landed.get(workKey(entry));
            const rest = () => open.filter(({ id }) => id === entry.id || !tried.has(id));
            if (twin) {
              const commit = twin.landed ?? entry.commit;
              await settled(await settleLanded(this.#repository, this.#store, entry, commit));
            } else if (together) {
              const group = groupOf(rest().slice(0, GROUP), landed);
              for (const each of await landTogether(context, session, group)) await settled(each);
            } else if (slots > 1) {
              const group = groupOf(rest(), landed);
              const speculation = { slots, signal: options.signal, onSettled: settled };
              await landSpeculatively(context, session, group, speculation);
              // One that was not reached, as the queue was told to stop, is not tried again either.
              for (const { id } of group) tried.add(id);
            } else await settled(await landEntry(context, entry));
          } catch (error) {
            if (!(error instanceof QueueStoppedError) || error.code === 'LOST_LOCK') throw error;
            stopped.set(entry.target, error);
          }
        }
      }
      const [first] = stopped.values();
      if (first) throw first;
      return changed;
    });
  }

  /** Completes what a killed process left half done, without landing anything new. `process` does it first. */
  recover(): Promise<QueueEntry[]> {
    return this.#locked('recover the queue', undefined, () => this.#recover());
  }

  /** The entries in the order they came. A file that cannot be read is in `unreadable` instead. */
  async list(filter: EntryFilter = {}): Promise<QueueEntry[]> {
    const { entries } = await this.#store.read();
    return entries.filter(
      (entry) =>
        (filter.state ?? entry.state) === entry.state &&
        (filter.target ?? entry.target) === entry.target &&
        (filter.ticket ?? entry.ticket) === entry.ticket,
    );
  }

  /** An error for each entry file that cannot be read; they hold up nothing. */
  async unreadable(): Promise<EntryError[]> {
    return (await this.#store.read()).unreadable;
  }

  async stats(): Promise<Record<EntryState, number> & { total: number }> {
    const counts = { queued: 0, landed: 0, conflicted: 0, rejected: 0, dropped: 0, total: 0 };
    for (const { state } of (await this.#store.read()).entries) {
      counts[state] += 1;
      counts.total += 1;
    }
    return counts;
  }

  /** The entry with this id, or the only one whose id begins so. Throws `EntryError`. */
  async show(id: string): Promise<QueueEntry> {
    const entries = (await this.list()).filter((entry) => id !== '' && entry.id.startsWith(id));
    const [entry] = entries;
    if (entry && entries.length === 1) return entry;
    return this.#store.find(id);
  }

  /** Queues a conflicted or rejected entry again, at its old place. */
  async retry(id: string): Promise<QueueEntry> {
    const entry = await this.#store.find(id);
    const { conflict: _, reason: __, output: ___, ...rest } = entry;
    return this.#store.write(entry, { ...rest, state: 'queued' });
  }

  /** Gives an entry up. Its work stays pinned until `cleanup`. */
  async drop(id: string): Promise<QueueEntry> {
    const drop = async () => {
      const entry = await this.#store.find(id);
      return this.#store.write(entry, { ...entry, state: 'dropped' });
    };
    // Only a queued entry can be in the hands of a `process`.
    const { state } = await this.#store.find(id);
    return state === 'queued' ? this.#locked('drop an entry', undefined, drop) : drop();
  }

  /** Checks what has landed on a branch against git alone; reads only, and needs no lock. */
  async audit(options: AuditOptions): Promise<AuditReport> {
    return auditLandings(this.#repository, await this.list(), options);
  }

  /** The files in which work would conflict with its target as it is now; empty where it would land. */
  predict(work: { commit: string; target: string }): Promise<string[]> {
    return predictConflict(this.#repository, work);
  }

  /** Removes dropped entries, and landed ones that are reachable from their target. Returns their ids. */
  cleanup(): Promise<string[]> {
    return this.#locked('clean up the queue', undefined, () => cleanupQueue(this.#repository, this.#store));
  }

  /**
   * Lands a commit of managed files alone, as safely as an entry's: compare-and-swap, checkouts moved along.
   * Returns the commit, undefined when the edits change nothing. What an `edit` throws comes out.
   */
  landManagedFiles(commit: ManagedCommit): Promise<string | undefined> {
    const { onStep } = this.#options;
    const context = {
      repository: this.#repository,
      directory: this.#store.directory,
      now: this.#now,
      onStep,
    };
    return this.#locked('land managed files', undefined, async (lock) => {
      await this.#recover();
      return landManagedFiles({ ...context, lock }, commit);
    });
  }

  #verify(): CommitQueueOptions['verify'] {
    const { verify, verifyKey } = this.#options;
    if (verify === undefined || verifyKey === undefined) return verify;
    return withKnownGreen(verify, this.#store.directory, verifyKey);
  }

  async #recover(): Promise<QueueEntry[]> {
    const settled = await recoverQueue(this.#repository, this.#store);
    for (const entry of settled) await this.#options.onLanding?.({ entry });
    return settled;
  }

  async #locked<T>(
    purpose: string,
    signal: AbortSignal | undefined,
    work: (lock: Lock) => Promise<T>,
  ): Promise<T> {
    const timeout = this.#options.lockTimeout ?? 300_000;
    let lock: Lock;
    try {
      // One lock a repository, also where its worktrees have a queue each: refs and checkouts are shared.
      lock = await acquireLock(join(this.#repository.commonDir, 'sage-queue'), {
        timeout,
        purpose,
        ...(signal && { signal }),
      });
    } catch (error) {
      if (!(error instanceof LockTimeoutError)) throw error;
      throw new QueueStoppedError('LOCK_TIMEOUT', error.message, {
        owner: error.owner,
        paths: [error.file],
        cause: error,
      });
    }
    try {
      return await work(lock);
    } finally {
      await lock.release();
    }
  }
}

/** As one group; where the checkout cannot follow all of it, the first alone, as it may be able to follow that. */
async function landTogether(
  context: LandingContext,
  session: GitSession,
  group: readonly QueueEntry[],
): Promise<QueueEntry[]> {
  const [first] = group as [QueueEntry];
  if (group.length === 1) return [await landEntry(context, first)];
  try {
    return await landGroup(context, session, group);
  } catch (error) {
    if (!(error instanceof QueueStoppedError) || error.code !== 'DIRTY_OVERLAP') throw error;
    return [await landEntry(context, first)];
  }
}

/** The entries at the start that can land together. */
function groupOf(entries: readonly QueueEntry[], landed: ReadonlyMap<string, QueueEntry>): QueueEntry[] {
  const works = new Set<string>();
  const [first] = entries;
  const end = entries.findIndex((entry) => {
    const again = works.has(workKey(entry)) || landed.has(workKey(entry));
    works.add(workKey(entry));
    return again || entry.target !== first?.target;
  });
  return entries.slice(0, end < 0 ? entries.length : end);
}
