import type { ManagedFile, QueueEntry, SettledEntry } from '@sage/commit-queue';
import type { Deferral } from '@sage/journal';
import { recordsCommits, type TicketChange, TicketIndexError, type TicketState } from '@sage/tickets';
import { SourceError } from '../errors.ts';
import type { Backlog } from './backlog.ts';
import { completedContainers } from './completed-containers.ts';
import type { LandingQueue, TicketSource } from '../ports.ts';

export interface TicketStatesOptions {
  readonly source: TicketSource;
  readonly backlog: Backlog;
  /** Tickets that are now COMPLETED. */
  readonly done: () => ReadonlySet<string>;
  readonly now: () => Date;
}

/** A state file for one landing, with the changes that the landing records. */
interface LandingFile extends ManagedFile {
  readonly changes: readonly TicketChange[];
  readonly completed: readonly string[];
  /** Whether the commit contains it, which requires that the target tracks the file. */
  committed: boolean;
}

/**
 * Writes ticket states to the source. If the target tracks the source, a ticket's state is part of the commit with
 * its code. States without a landing (deferrals) join the next landing, or are committed by `flush`. Otherwise states
 * are written to the file.
 */
export class TicketStates {
  readonly #options: TicketStatesOptions;
  /** Changes waiting for a commit that they can join. */
  #pending: TicketChange[] = [];
  /** Changes that are in a commit, or may be in one that is being made. */
  readonly #offered = new WeakSet<TicketChange>();
  /** Changes waiting until the file can be read again. */
  #unwritten: TicketChange[] = [];
  /** The state of each ticket before it was deferred. */
  readonly #deferredFrom = new Map<string, TicketState>();

  constructor(options: TicketStatesOptions) {
    this.#options = options;
  }

  /** The files that record an entry's tickets in its commit; `below` are entries that would land before it. */
  managedFiles(entry: QueueEntry, below: readonly QueueEntry[]): ManagedFile[] {
    const completed = this.#completedWith(
      entry,
      below.map(({ ticket }) => ticket),
    );
    for (const change of this.#pending) this.#offered.add(change);
    const changes = [...this.#pending, ...this.#completions(completed)];
    return this.#options.source.stateFiles(changes).map(({ path, edit }) => {
      const file: LandingFile = {
        path,
        changes,
        completed,
        committed: false,
        edit(text) {
          file.committed = true;
          return edit(text);
        },
      };
      return file;
    });
  }

  /** Handles an entry's landing. Returns the tickets that this completes. */
  async landed(entry: SettledEntry): Promise<readonly string[]> {
    const files = entry.managedFiles.filter((one): one is LandingFile => 'completed' in one);
    const [file] = files;
    const isCommitted = files.some(({ committed }) => committed);
    if (file && isCommitted) this.#pending = this.#pending.filter((change) => !file.changes.includes(change));
    else if (file) await this.#write(file.changes);
    const outside = this.#isOutside ? this.#completedWith(entry, []) : undefined;
    if (outside)
      await this.#write(this.#completions(outside).map((change) => ({ ...change, commit: entry.landed })));
    const ticket = this.#options.backlog.tickets.get(entry.ticket);
    if (ticket && recordsCommits(ticket)) {
      // A commit cannot contain its own id, so the id joins the next commit.
      await this.#record({ id: entry.ticket, at: entry.updatedAt, commit: entry.landed });
    }
    // Without a file, recovery found it landed, and the commit made by an earlier process already records it.
    return file?.completed ?? outside ?? [entry.ticket];
  }

  /** `commit` is its landing, recorded only if the source is outside the repository. */
  recordCompleted(id: string, commit?: string): Promise<void> {
    const at = this.#options.now().toISOString();
    return this.#record({ id, state: 'COMPLETED', at, commit: this.#isOutside ? commit : undefined });
  }

  recordDeferred(id: string, { category, reason, attempts, at }: Deferral): Promise<void> {
    const before = this.#options.backlog.tickets.get(id)?.state;
    if (before !== undefined && !this.#deferredFrom.has(id)) this.#deferredFrom.set(id, before);
    const deferReason = { category, message: reason, attempts, last_error: reason, deferred_at: at };
    return this.#record({ id, state: 'DEFERRED', at, deferReason });
  }

  /** Undoes a deferral: the ticket gets back the state that it had before. */
  async takeBackDeferral(id: string): Promise<void> {
    const waiting = this.#pending.find((change) => change.id === id && change.state === 'DEFERRED');
    this.#pending = this.#pending.filter((change) => change !== waiting);
    // It is in no commit, and in none that is being made.
    if (waiting && !this.#offered.has(waiting)) return;
    // The backlog may have been read since, with the deferral.
    const state = this.#deferredFrom.get(id);
    if (state !== undefined) await this.#record({ id, state, at: this.#options.now().toISOString() });
  }

  /** Records completed tickets again, after someone's edit has restored an older state. */
  async restoreCompleted(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#write(this.#completions(ids));
  }

  /**
   * Commits or writes the remaining changes.
   * @throws {TicketIndexError} if the source cannot be read.
   */
  async flush(queue: Pick<LandingQueue, 'landManagedFiles'>, target: string): Promise<void> {
    if (this.#unwritten.length > 0) await this.#writeAll();
    if (this.#pending.length === 0) return;
    const changes = this.#pending;
    const ids = [...new Set(changes.map(({ id }) => id))];
    const commit = await queue.landManagedFiles({
      target,
      message: `chore(tickets): record the state of ${ids.length === 1 ? JSON.stringify(ids[0]) : `${ids.length} tickets`}`,
      files: this.#options.source.stateFiles(changes),
    });
    this.#pending = [];
    // Tickets that nobody has committed yet may exist only in the file.
    if (commit === undefined) await this.#write(changes);
  }

  /** Whether the source is outside the repository, where commits record no states. */
  get #isOutside(): boolean {
    return this.#options.source.stateFiles([]).length === 0;
  }

  #completedWith(entry: QueueEntry, below: readonly string[]): string[] {
    const { backlog, done } = this.#options;
    const before = new Set([...done(), ...below]);
    for (const id of completedContainers(backlog, before)) before.add(id);
    return [entry.ticket, ...completedContainers(backlog, before.add(entry.ticket))];
  }

  #completions(ids: readonly string[]): TicketChange[] {
    const at = this.#options.now().toISOString();
    return ids.map((id) => ({ id, state: 'COMPLETED', at }));
  }

  async #record(change: TicketChange): Promise<void> {
    if (await this.#options.source.isTracked()) this.#pending.push(change);
    else await this.#write([change]);
  }

  /** The file may be invalid while someone edits it, and a tool may fail. States are then written later. */
  async #write(changes: readonly TicketChange[]): Promise<void> {
    this.#unwritten.push(...changes);
    await this.#writeAll().catch((error: unknown) => {
      if (!(error instanceof TicketIndexError || error instanceof SourceError)) throw error;
    });
  }

  async #writeAll(): Promise<void> {
    const changes = [...this.#unwritten];
    await this.#options.source.write(changes);
    this.#unwritten = this.#unwritten.filter((change) => !changes.includes(change));
  }
}
