import { join } from 'node:path';
import {
  type CommitQueue,
  type LandingStyle,
  type ManagedFile,
  openCommitQueue,
  type QueueEntry,
} from '@sage/commit-queue';
import { encodeRefComponent, readBlob, readRef, type Repository, updateRefs } from '@sage/git';
import {
  applyTicketChanges,
  parseTicketIndex,
  readTicketIndex,
  type TicketChange,
  type TicketIndex,
  TicketIndexError,
  writeTicketChanges,
} from '@sage/tickets';
import { type Backlog, INDEX_PATH } from '../backlog.ts';
import { completedContainers } from './containers.ts';
import type { Deferral } from '../journal/run-state.ts';
import type { QueueVerification } from './verify.ts';

export interface LandingOptions {
  readonly repository: Repository;
  readonly target: string;
  readonly backlog: Backlog;
  /** Tickets that are COMPLETED now. */
  readonly done: () => ReadonlySet<string>;
  readonly verification?: QueueVerification | undefined;
  readonly style?: LandingStyle | undefined;
  readonly now: () => Date;
  /** Called in the order of the queue, as soon as an entry's end is durable. */
  readonly onEntry: (entry: QueueEntry, completed: readonly string[]) => Promise<void>;
}

/**
 * Lands finished work and the ticket states that go with it. Where the index is tracked, a ticket's state is in
 * the commit of its code, and states that no landing carries (deferrals) go in with the next one or in `flush`.
 * Where it is not, they are written to the file.
 */
export class Landing {
  readonly queue: CommitQueue;
  readonly #options: LandingOptions;
  /** State changes that wait for a commit to go in with. */
  #pending: TicketChange[] = [];
  /** Those that wait for a file that can be read. */
  #unwritten: TicketChange[] = [];
  #writing: Promise<void> = Promise.resolve();
  /** What each entry's managed edit was made of. */
  readonly #carried = new Map<string, { changes: TicketChange[]; completed: string[]; tracked: boolean }>();

  private constructor(queue: CommitQueue, options: LandingOptions) {
    this.queue = queue;
    this.#options = options;
  }

  static async open(options: LandingOptions): Promise<Landing> {
    // The queue calls back into the landing that owns it, always after this function has returned.
    const holder: { landing?: Landing } = {};
    const owner = () => holder.landing as Landing;
    const { verification, style } = options;
    const queue = await openCommitQueue({
      repository: options.repository,
      now: options.now,
      managedFiles: (entry, parent, below) => owner().#managedFiles(entry, parent, below),
      ...verification,
      ...(style && { style }),
    });
    holder.landing = new Landing(queue, options);
    return holder.landing;
  }

  /** Lands what is queued for the target, in order. */
  async process(signal: AbortSignal): Promise<void> {
    for await (const { entry } of this.queue.process({ target: this.#options.target, signal }))
      await this.#settled(entry);
  }

  /** Completes what a killed process left half done. */
  async recover(): Promise<void> {
    for (const entry of await this.queue.recover()) await this.#settled(entry);
  }

  recordCompleted(id: string): Promise<void> {
    return this.#record({ id, state: 'COMPLETED', at: this.#options.now().toISOString() });
  }

  recordDeferred(id: string, { category, reason, attempts, at }: Deferral): Promise<void> {
    const deferReason = { category, message: reason, attempts, last_error: reason, deferred_at: at };
    return this.#record({ id, state: 'DEFERRED', at, deferReason });
  }

  /** An edit of the file has put an older state back: it says again what is completed. */
  async completeInFile(ids: readonly string[]): Promise<void> {
    const at = this.#options.now().toISOString();
    if (ids.length > 0) await this.#writeFile(ids.map((id) => ({ id, state: 'COMPLETED', at })));
  }

  /** Takes a state change that has no landing of its own. */
  async #record(change: TicketChange): Promise<void> {
    if (await this.#tracked()) this.#pending.push(change);
    else await this.#writeFile([change]);
  }

  /**
   * Commits, or writes, the state changes that still wait. Returns the commit where there was something to commit.
   * @throws TicketIndexError where the file cannot be read.
   */
  async flush(): Promise<string | undefined> {
    if (this.#unwritten.length > 0) await this.#writeUnwritten();
    if (this.#pending.length === 0) return undefined;
    await this.recover();
    const changes = this.#pending;
    const ids = [...new Set(changes.map(({ id }) => id))];
    const commit = await this.queue.landManagedFiles({
      target: this.#options.target,
      message: `chore(tickets): record the state of ${ids.length === 1 ? JSON.stringify(ids[0]) : `${ids.length} tickets`}`,
      files: [managed(changes)],
    });
    this.#pending = [];
    // What the target does not know may be in the file: a ticket that nobody has committed yet.
    if (commit === undefined) await this.#writeFile(changes);
    return commit;
  }

  /** Lets go of what was kept of attempts that a landed one has superseded. */
  async forgetKept(ticket: string): Promise<void> {
    const { repository } = this.#options;
    for (const kept of ['deferred', 'interrupted']) {
      const ref = `refs/sage/${kept}/${encodeRefComponent(ticket)}`;
      if (await readRef(repository, ref))
        await updateRefs(repository, [{ ref, old: undefined, new: 'delete' }]);
    }
    for (const entry of await this.queue.list()) {
      const superseded = entry.state === 'conflicted' || entry.state === 'rejected';
      if (entry.ticket === ticket && superseded) await this.queue.drop(entry.id);
    }
  }

  async #managedFiles(
    entry: QueueEntry,
    parent: string,
    below: readonly QueueEntry[],
  ): Promise<ManagedFile[]> {
    const { backlog, done, now } = this.#options;
    const before = new Set([...done(), ...below.map(({ ticket }) => ticket)]);
    for (const id of completedContainers(backlog, before)) before.add(id);
    const completed = [entry.ticket, ...completedContainers(backlog, before.add(entry.ticket))];
    const at = now().toISOString();
    const changes = [
      ...this.#pending,
      ...completed.map((id): TicketChange => ({ id, state: 'COMPLETED', at })),
    ];
    const tracked = (await readBlob(this.#options.repository, parent, INDEX_PATH)) !== undefined;
    this.#carried.set(entry.id, { changes, completed, tracked });
    return tracked ? [managed(changes)] : [];
  }

  async #settled(entry: QueueEntry): Promise<void> {
    const carried = this.#carried.get(entry.id);
    this.#carried.delete(entry.id);
    let completed: readonly string[] = [];
    if (entry.state === 'landed' && entry.landed !== undefined) {
      // Found landed by recovery: its commit, made by an earlier process, carries the states already.
      completed = carried?.completed ?? [entry.ticket];
      const { landed } = entry;
      if (carried?.tracked)
        this.#pending = this.#pending.filter((change) => !carried.changes.includes(change));
      else if (carried) await this.#writeFile(carried.changes);
      if (this.#options.backlog.tickets.get(entry.ticket)?.raw['git'] !== undefined) {
        // A commit cannot name itself: its id goes in with the next one.
        await this.#record({ id: entry.ticket, at: entry.updatedAt, commit: landed });
      }
    }
    await this.#options.onEntry(entry, completed);
  }

  async #tracked(): Promise<boolean> {
    return (await readBlob(this.#options.repository, this.#options.target, INDEX_PATH)) !== undefined;
  }

  /** While somebody edits the file it may be broken: then its states are written later. */
  async #writeFile(changes: readonly TicketChange[]): Promise<void> {
    this.#unwritten.push(...changes);
    await this.#writeUnwritten().catch((error: unknown) => {
      if (!(error instanceof TicketIndexError)) throw error;
    });
  }

  /** One at a time: each reads the file and replaces it. */
  async #writeUnwritten(): Promise<void> {
    const before = this.#writing;
    const writing = (async () => {
      await before.catch(() => {});
      const file = join(this.#options.repository.root, INDEX_PATH);
      const changes = [...this.#unwritten];
      await writeTicketChanges(file, known(changes, await readTicketIndex(file)));
      this.#unwritten = this.#unwritten.filter((change) => !changes.includes(change));
    })();
    this.#writing = writing;
    await writing;
  }
}

/** Applied to the target's, the staged and the edited version of the index, each with its own set of tickets. */
function managed(changes: readonly TicketChange[]): ManagedFile {
  return {
    path: INDEX_PATH,
    edit: (text) => applyTicketChanges(text, known(changes, parseTicketIndex(text, INDEX_PATH))),
  };
}

/** A ticket may have been taken out of the index. */
function known(changes: readonly TicketChange[], { tickets }: TicketIndex): TicketChange[] {
  const ids = new Set(tickets.map(({ id }) => id));
  return changes.filter(({ id }) => ids.has(id));
}
