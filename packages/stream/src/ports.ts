import type {
  ManagedCommit,
  ManagedFile,
  PlannedWork,
  QueueEntry,
  SettledEntry,
  Work,
} from '@sage/commit-queue';
import type { Ticket, TicketChange } from '@sage/tickets';
import type {
  AgentRun,
  AttemptName,
  AttemptResult,
  CheckRequest,
  CutOffAttempt,
  KeptAs,
  WorkRequest,
} from '@sage/workers';

/**
 * What a run needs to have tickets worked on: this machine (`openWorkerPool`), other machines, or a fake in a test.
 * Requests and results are plain JSON plus git objects.
 */
export interface WorkerPool {
  /** Runs one attempt. It rejects when the worker itself fails. */
  run(request: WorkRequest, run?: AgentRun): Promise<AttemptResult>;
  /** Where an attempt will print, relative to the repository. */
  logOf(attempt: AttemptName): string;
  /** The last lines of a log. */
  outputTail(log: string): Promise<readonly string[]>;
  /** What a running attempt has changed so far, as a commit; undefined when it has changed nothing. */
  preview(ticket: string): Promise<string | undefined>;
  /** Runs a command on exactly one commit. */
  check(request: CheckRequest): Promise<{ ok: boolean; output: string; log?: string }>;
  /** Keeps a commit under a ref; returns the ref. */
  keep(ticket: string, commit: string, as: KeptAs): Promise<string>;
  /** Removes what was kept of a ticket that has landed since. */
  forgetKept(ticket: string): Promise<void>;
  /** Ends what a killed run left running, and keeps what its attempts had changed. */
  recover(run: string, cutOff: readonly CutOffAttempt[]): Promise<{ ended: number; kept: readonly string[] }>;
  /** An attempt of an earlier process of the run that is still running elsewhere: `run` with its number and its base follows it. */
  underWay?(ticket: string): { readonly attempt: number; readonly base: string } | undefined;
  /** Whether an attempt with such needs could begin; always, where the pool does not say. */
  hasRoomFor?(ticket: string, needs: AttemptNeeds): boolean;
  /** How many attempts can be under way on other machines, where there are any. */
  readonly slots?: number;
  /** Git hooks and settings of the user that changed since the last call. */
  changedSettings(): Promise<readonly string[]>;
  /** Cleans up what the run left elsewhere, before its end is journaled: after a kill, the next process does it. */
  finish?(sent: readonly SentAttempt[]): Promise<void>;
  close(): Promise<void>;
}

/** What an attempt asks of the worker that it gets. */
export type AttemptNeeds = Pick<WorkRequest, 'selection' | 'labels'>;

/** An attempt that this run, or an earlier process of it, has given to another machine. */
export interface SentAttempt {
  readonly ticket: string;
  readonly attempt: number;
  readonly fence: number;
  /** Whether the ticket has landed. */
  readonly landed: boolean;
}

/** What a run needs of the queue that lands finished work: `@sage/commit-queue`, or a fake in a test. */
export interface LandingQueue {
  enqueue(work: Work): Promise<QueueEntry>;
  /** Lands what is queued, and gives each entry whose state has changed, in order, when that is durable. */
  process(options: { target: string; signal?: AbortSignal }): AsyncIterable<SettledEntry>;
  /** Completes what a killed process left half done; returns the entries it settled. */
  recover(): Promise<readonly QueueEntry[]>;
  list(): Promise<readonly QueueEntry[]>;
  drop(id: string): Promise<QueueEntry>;
  /** The files in which work would conflict with its target as it is now. */
  predict(work: PlannedWork): Promise<readonly string[]>;
  /** Lands a commit of managed files alone; undefined when they change nothing. */
  landManagedFiles(commit: ManagedCommit): Promise<string | undefined>;
  cleanup(): Promise<readonly string[]>;
}

/** Tickets as their source has them, references not followed yet. `file` names the source in messages. */
export interface SourceContent {
  readonly file: string;
  readonly tickets: readonly Ticket[];
  /** What is odd in the source, one line each. */
  readonly warnings?: readonly string[];
  /** Dependencies that the order of the source implies and nothing says: [ticket, dependency]. */
  readonly implied?: readonly (readonly [string, string])[];
}

/** What a run needs of the place where tickets are kept: the sage index (`SageSource`), or another format. */
export interface TicketSource {
  /** Paths, relative to the repository, that agents must not change. */
  readonly protectedPaths: readonly string[];
  /** A text that changes whenever `read` may return something else. */
  version(): Promise<string>;
  /** @throws {TicketIndexError}, with the place of what is wrong. */
  read(): Promise<SourceContent>;
  /** Whether `read` reads what the user has checked out, and not the target branch itself. */
  readonly readsCheckout: boolean;
  /**
   * The files that carry these states in the commit of a landing, where the target tracks them; none for a source that
   * is not in the repository, whose states are written after the landing.
   */
  stateFiles(changes: readonly TicketChange[]): readonly ManagedFile[];
  /** Whether the target tracks those files. */
  isTracked(): Promise<boolean>;
  /**
   * Writes states where no commit carries them; those that the source has already change nothing.
   * @throws {TicketIndexError} when the source cannot be read now.
   */
  write(changes: readonly TicketChange[]): Promise<void>;
}

/** The branch that results land on, as a run sees it. */
export interface TargetBranch {
  /** Full ref. */
  readonly ref: string;
  /** The commit it is at; undefined when it is gone. */
  tip(): Promise<string | undefined>;
  /** Whether `tip` contains `commit`. */
  contains(tip: string, commit: string): Promise<boolean>;
  /** Tickets whose landings between `base` and `tip` changed one of these files, oldest first. */
  ticketsThatChanged(files: readonly string[], base: string, tip: string): Promise<readonly string[]>;
}
