import type { PinnedSettings, Repository } from '@sage/git';
import { repairTornWrites } from '../recovery/repair-torn-writes.ts';
import { Arrivals } from '../entries/arrivals.ts';
import { auditLandings, type AuditOptions, type AuditReport } from '../audit/audit.ts';
import { cleanupQueue } from './cleanup.ts';
import { enqueueWorks, type Work } from '../entries/enqueue.ts';
import type { EntryState, QueueEntry } from '../entries/entry.ts';
import type { EntryStore } from '../entries/entry-store.ts';
import type { EntryError, UnfinishedLandingError } from '../errors.ts';
import { handOver } from './hand-over.ts';
import { EnqueueBatcher } from '../entries/enqueue-batcher.ts';
import { withVerifyCache } from '../verification/verify-cache.ts';
import { removeLeftCandidates } from '../landing/candidate-refs.ts';
import { landManagedFiles, type ManagedCommit } from '../landing/land-managed-files.ts';
import type { Verification } from '../verification/land-verified.ts';
import type { LandingContext } from '../landing/landing-context.ts';
import type { Lock } from '../lock/lock.ts';
import { type PlannedWork, predictLandingConflict } from '../landing/predict.ts';
import { type ProcessOptions, landQueued, type SettledEntry } from './land-queued.ts';
import { SharedSession } from './shared-session.ts';
import { withQueueLock } from '../lock/queue-lock.ts';
import type { CommitQueueOptions } from './queue-options.ts';
import { recoverQueue } from '../recovery/recover.ts';

export interface EntryFilter {
  readonly state?: EntryState;
  readonly target?: string;
  readonly ticket?: string;
}

/** Lands finished work on branches, each work exactly once, one landing at a time. Created by `openCommitQueue`. */
export class CommitQueue implements AsyncDisposable {
  readonly #repository: Repository;
  readonly #store: EntryStore;
  readonly #options: CommitQueueOptions;
  readonly #now: () => Date;
  /** The repository's configuration when the queue was opened. Later changes have no effect. */
  readonly #settings: PinnedSettings;
  readonly #session: SharedSession;
  /** Set while entries are landed. */
  #arrivals: Arrivals | undefined;
  /** Entries settled by a recovery without a consumer, or rejected on arrival. */
  readonly #unreported: QueueEntry[] = [];
  readonly #batcher = new EnqueueBatcher((works) => this.#write(works));

  constructor(
    repository: Repository,
    store: EntryStore,
    options: CommitQueueOptions,
    settings: PinnedSettings,
  ) {
    this.#settings = settings;
    this.#session = new SharedSession(repository, settings);
    this.#repository = repository;
    this.#store = store;
    this.#options = options;
    this.#now = options.now ?? (() => new Date());
  }

  /**
   * Adds finished work. It is pinned and on disk when this resolves; concurrent calls share their syncs. Work that no
   * checkout could hold (such as a name of more than 255 bytes) is added as `rejected`, and the next `process` yields
   * it too. Throws `EntryError`.
   */
  async enqueue(work: Work): Promise<QueueEntry> {
    const result = await this.#batcher.take(work);
    if (result instanceof Error) throw result;
    return result;
  }

  /** Like `enqueue` for many works, in this order. Throws the first error; the other works are still queued. */
  async enqueueAll(works: readonly Work[]): Promise<QueueEntry[]> {
    const results = await Promise.allSettled(works.map((work) => this.enqueue({ ...work })));
    return results.map((result) => {
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    });
  }

  async #write(works: readonly Work[]): Promise<(QueueEntry | Error)[]> {
    const { onStep } = this.#options;
    const entries = await this.#session.use(({ session }) =>
      enqueueWorks(session, this.#store, works, { now: this.#now, onStep }),
    );
    const taken = entries.flatMap((entry) => (entry instanceof Error ? [] : [entry]));
    this.#arrivals?.push(taken);
    this.#unreported.push(...taken.filter(({ state }) => state === 'rejected'));
    return entries;
  }

  /**
   * Lands queued entries in order of arrival, including those that arrive in the meantime. Yields each entry whose
   * state has changed, once that is on disk; recovered entries come first. Nothing lands while the consumer works on
   * an entry. The queue is locked from the first step of the iteration to its end. After a `break`, further entries
   * of a group that landed together are not yielded.
   *
   * A conflicted or rejected entry does not hold up the next. A target that cannot move stops only its own entries.
   * An entry that git cannot land (damaged objects, a full disk) stays queued. After `signal`, no landing begins.
   * @throws {QueueStoppedError} at the end of the iteration, if a target or an entry could not be landed.
   * @throws {UnfinishedLandingError} at once, if a landing stands and a checkout of it could not follow.
   */
  process(options: ProcessOptions = {}): AsyncGenerator<SettledEntry, void, undefined> {
    return handOver<SettledEntry>((emit, stopped) => {
      const signal = options.signal ? AbortSignal.any([options.signal, stopped]) : stopped;
      return this.#locked('process the queue', signal, async (lock) => {
        const onSettled: LandingContext['onSettled'] = (entry, managedFiles = []) =>
          emit({ ...entry, managedFiles });
        this.#options.onStep?.('lock-taken');
        const failure = await this.#recover();
        const report = async () => {
          for (const entry of this.#unreported.splice(0)) await onSettled(entry);
        };
        await report();
        if (failure) throw failure;
        this.#options.onStep?.('recovered');
        const verification = this.#verification();
        if (verification) await removeLeftCandidates(this.#repository);
        try {
          await this.#landing(lock, (context) =>
            landQueued({ ...context, onSettled }, verification, { target: options.target, signal }),
          );
        } finally {
          await report();
        }
      });
    });
  }

  /**
   * Completes what a killed process left unfinished, without landing anything new. `process` does it first. Returns
   * the entries that it settled.
   */
  recover(): Promise<QueueEntry[]> {
    return this.#locked('recover the queue', undefined, async () => {
      const failure = await this.#recover();
      if (failure) throw failure;
      return this.#unreported.splice(0);
    });
  }

  /** The entries in order of arrival. Files that cannot be read are in `unreadable` instead. */
  async list(filter: EntryFilter = {}): Promise<QueueEntry[]> {
    const { entries } = await this.#store.read();
    return entries.filter(
      (entry) =>
        (filter.state ?? entry.state) === entry.state &&
        (filter.target ?? entry.target) === entry.target &&
        (filter.ticket ?? entry.ticket) === entry.ticket,
    );
  }

  /** An error for each entry file that cannot be read. Such files hold up nothing. */
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

  /** The entry with this id, or the only one whose id starts with it. Throws `EntryError`. */
  async show(id: string): Promise<QueueEntry> {
    const entries = (await this.list()).filter((entry) => id !== '' && entry.id.startsWith(id));
    const [entry] = entries;
    if (entry && entries.length === 1) return entry;
    return this.#store.find(id);
  }

  /** Queues a conflicted or rejected entry again, at its old place. */
  async retry(id: string): Promise<QueueEntry> {
    const entry = await this.#store.find(id);
    const { conflict: _, reason: __, output: ___, log: ____, ...rest } = entry;
    return this.#store.write(entry, { ...rest, state: 'queued' });
  }

  /** Gives up an entry. Its work stays pinned until `cleanup`. */
  async drop(id: string): Promise<QueueEntry> {
    const drop = async () => {
      const entry = await this.#store.find(id);
      return this.#store.write(entry, { ...entry, state: 'dropped' });
    };
    // Only a queued entry can be in use by a `process`.
    const { state } = await this.#store.find(id);
    return state === 'queued' ? this.#locked('drop an entry', undefined, drop) : drop();
  }

  /** Checks what has landed on a branch against git alone. Only reads, and needs no lock. */
  async audit(options: AuditOptions): Promise<AuditReport> {
    return this.#session.use(async ({ session }) =>
      auditLandings(session.pinned, await this.list(), options),
    );
  }

  /** The files in which work would conflict with its current target; empty if it would land. */
  async predict(work: PlannedWork): Promise<string[]> {
    await using pinned = this.#settings.open();
    return await predictLandingConflict(await pinned.of(this.#repository), work);
  }

  /**
   * Removes dropped entries, and landed ones that are reachable from their target. Returns their ids. Neither waits
   * for landings nor holds them up.
   */
  cleanup(): Promise<string[]> {
    return cleanupQueue(this.#repository, this.#store);
  }

  /**
   * Lands a commit of managed files alone, as safely as an entry's: by compare-and-swap, and with the checkouts moved
   * along. Returns the commit; undefined if the edits change nothing. Errors of `edit` are passed on.
   */
  landManagedFiles(commit: ManagedCommit): Promise<string | undefined> {
    return this.#locked('land managed files', undefined, async (lock) => {
      const failure = await this.#recover();
      if (failure) throw failure;
      return this.#landing(lock, (context) => landManagedFiles(context, commit));
    });
  }

  /** Ends the idle git processes, which would soon end by themselves. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session.close();
  }

  #landing<T>(lock: Lock, land: (context: LandingContext) => Promise<T>): Promise<T> {
    const { identity: committer, signs: sign } = this.#settings;
    return this.#session.use(({ session, pinned }) =>
      land({
        repository: this.#repository,
        store: this.#store,
        lock,
        now: this.#now,
        session,
        pinned,
        committer,
        sign,
        style: this.#options.style ?? 'squash',
        managedFiles: this.#options.managedFiles ?? (() => []),
        arrivals: (this.#arrivals = new Arrivals()),
        onSettled: async () => {},
        onFailed: () => {},
        onStep: this.#options.onStep,
      }),
    );
  }

  #verification(): Verification | undefined {
    const { verify, verifyKey, verifyMode = 'chain', verifySlots = 1 } = this.#options;
    if (verify === undefined) return undefined;
    const asked =
      verifyKey === undefined ? verify : withVerifyCache(verify, this.#store.directory, verifyKey);
    return { verify: asked, mode: verifyMode, slots: verifySlots };
  }

  /** Keeps the entries that it settles in `#unreported`. */
  #recover(): Promise<UnfinishedLandingError | undefined> {
    return this.#session.use(async ({ session, pinned }) => {
      const context = { repository: this.#repository, session, pinned, onStep: this.#options.onStep };
      const { settled, failure } = await recoverQueue(context, this.#store);
      this.#unreported.push(...settled);
      return failure;
    });
  }

  #locked<T>(purpose: string, signal: AbortSignal | undefined, work: (lock: Lock) => Promise<T>): Promise<T> {
    const timeout = this.#options.lockTimeout ?? 300_000;
    return withQueueLock(this.#repository, { timeout, purpose, signal }, async (lock) => {
      try {
        if (lock.tornSince !== undefined) {
          await repairTornWrites(this.#repository, this.#store, lock.tornSince);
          await lock.repaired();
        }
        return await work(lock);
      } finally {
        this.#arrivals = undefined;
      }
    });
  }
}
