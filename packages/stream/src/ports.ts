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
 * The workers of a run: on this machine (`openWorkerPool`), on other machines, or a fake in a test. Requests and
 * results are plain JSON plus git objects.
 */
export interface WorkerPool {
  /** Runs one attempt. Rejects if the worker itself fails. */
  run(request: WorkRequest, run?: AgentRun): Promise<AttemptResult>;
  /** The path of an attempt's output, relative to the repository. */
  logOf(attempt: AttemptName): string;
  /** The last lines of a log. */
  outputTail(log: string): Promise<readonly string[]>;
  /** What a running attempt has changed so far, as a commit; undefined if nothing. */
  preview(ticket: string): Promise<string | undefined>;
  /** Runs a command on exactly one commit. */
  check(request: CheckRequest): Promise<{ ok: boolean; output: string; log?: string }>;
  /** Keeps a commit under a ref; returns the ref. */
  keep(ticket: string, commit: string, as: KeptAs): Promise<string>;
  /** Removes the refs kept for a ticket that has since landed. */
  forgetKept(ticket: string): Promise<void>;
  /** Ends processes left by a killed run, and keeps what its attempts had changed. */
  recover(run: string, cutOff: readonly CutOffAttempt[]): Promise<{ ended: number; kept: readonly string[] }>;
  /**
   * An attempt from an earlier process of the run that is still running elsewhere. Calling `run` with this number and
   * base follows it.
   */
  underWay?(ticket: string): { readonly attempt: number; readonly base: string } | undefined;
  /** Whether an attempt with such needs could start now. Without this method, it always can. */
  hasRoomFor?(ticket: string, needs: AttemptNeeds): boolean;
  /** How many attempts can run on other machines, if there are any. */
  readonly slots?: number;
  /** The user's git hooks and settings that have changed since the last call. */
  changedSettings(): Promise<readonly string[]>;
  /**
   * Cleans up what the run left elsewhere. Called before its end is journaled, so that after a kill the next process
   * does it.
   */
  finish?(sent: readonly SentAttempt[]): Promise<void>;
  close(): Promise<void>;
}

/** Requirements of an attempt for its worker. */
export type AttemptNeeds = Pick<WorkRequest, 'selection' | 'labels'>;

/** An attempt that this run, in this or an earlier process, has sent to another machine. */
export interface SentAttempt {
  readonly ticket: string;
  readonly attempt: number;
  readonly fence: number;
  /** Whether the ticket has landed. */
  readonly landed: boolean;
}

/** The queue that lands finished work: `@sage/commit-queue`, or a fake in a test. */
export interface LandingQueue {
  enqueue(work: Work): Promise<QueueEntry>;
  /** Lands queued entries. Yields each entry whose state has changed, in order, when the change is durable. */
  process(options: { target: string; signal?: AbortSignal }): AsyncIterable<SettledEntry>;
  /** Completes what a killed process left unfinished. Returns the entries that it settled. */
  recover(): Promise<readonly QueueEntry[]>;
  list(): Promise<readonly QueueEntry[]>;
  drop(id: string): Promise<QueueEntry>;
  /** The files in which work would conflict with its current target. */
  predict(work: PlannedWork): Promise<readonly string[]>;
  /** Lands a commit of managed files alone; undefined if they change nothing. */
  landManagedFiles(commit: ManagedCommit): Promise<string | undefined>;
  cleanup(): Promise<readonly string[]>;
}

/** Tickets as written in their source, with unresolved references. `file` names the source in messages. */
export interface SourceContent {
  readonly file: string;
  readonly tickets: readonly Ticket[];
  /** Oddities of the source, one line each. */
  readonly warnings?: readonly string[];
  /** Dependencies that follow only from the order in the source, without being stated: [ticket, dependency]. */
  readonly implied?: readonly (readonly [string, string])[];
}

/** The place where tickets are kept: the sage index (`SageSource`), or another format. */
export interface TicketSource {
  /** Paths that agents must not change, relative to the repository. */
  readonly protectedPaths: readonly string[];
  /** A text that changes whenever `read` may return something else. */
  version(): Promise<string>;
  /** @throws {TicketIndexError}, with the place of the fault. */
  read(): Promise<SourceContent>;
  /** Whether `read` reads the user's checkout, and not the target branch itself. */
  readonly readsCheckout: boolean;
  /**
   * The files that record these states in the commit of a landing, if the target tracks them. Empty for a source
   * outside the repository, whose states are written after the landing.
   */
  stateFiles(changes: readonly TicketChange[]): readonly ManagedFile[];
  /** Whether the target tracks those files. */
  isTracked(): Promise<boolean>;
  /**
   * Writes states that no commit records. States that the source already has are skipped.
   * @throws {TicketIndexError} if the source cannot be read now.
   */
  write(changes: readonly TicketChange[]): Promise<void>;
}

/** The branch that results land on. */
export interface TargetBranch {
  /** Full ref. */
  readonly ref: string;
  /** The commit at its tip; undefined if the branch is gone. */
  tip(): Promise<string | undefined>;
  /** Whether `tip` contains `commit`. */
  contains(tip: string, commit: string): Promise<boolean>;
  /** Tickets whose landings between `base` and `tip` changed one of these files, oldest first. */
  ticketsThatChanged(files: readonly string[], base: string, tip: string): Promise<readonly string[]>;
}
