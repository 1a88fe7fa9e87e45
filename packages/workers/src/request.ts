/** What an agent is told about a ticket. Plain JSON, so that a worker may be another machine. */
export interface WorkTicket {
  readonly id: string;
  readonly title: string;
  readonly type: string;
  readonly component: string;
  readonly description?: string;
  readonly acceptanceCriteria?: readonly string[];
  /** Context documents by role (`spec`, `plan`, ...), relative to the repository. */
  readonly docs?: Readonly<Record<string, string>>;
  /** Files the ticket declares that it will touch. */
  readonly files?: readonly string[];
  /** The ticket as the index has it, handed to the agent in SAGE_TICKET_FILE. */
  readonly raw?: unknown;
}

/** Why the attempt before this one did not land. */
export type PreviousAttempt =
  | { readonly kind: 'failure'; readonly reason: string; readonly output?: string }
  | { readonly kind: 'conflict'; readonly files: readonly string[]; readonly tickets: readonly string[] }
  | { readonly kind: 'rejected'; readonly reason: string; readonly output: string };

/** A dependency of the ticket that has landed. */
export interface LandedDependency {
  readonly id: string;
  readonly title: string;
}

export interface WorkRequest {
  readonly run: string;
  /** 1-based number of the worker; it has one agent at a time. */
  readonly worker: number;
  /** 1-based number of the attempt of this ticket. */
  readonly attempt: number;
  readonly ticket: WorkTicket;
  /** Full id of the commit that the worktree is cut from. */
  readonly base: string;
  readonly message: string;
  readonly dependencies?: readonly LandedDependency[];
  readonly previous?: PreviousAttempt;
}

/** How one attempt ended. `rate-limited` and `interrupted` are not the ticket's fault and are not counted. */
export type AttemptOutcome = 'completed' | 'deferred' | 'failed' | 'rate-limited' | 'interrupted';

export type AttemptCategory =
  | 'agent_failed'
  | 'no_changes'
  | 'timeout'
  | 'stalled'
  | 'external_blocker'
  | 'user_rejected';

export interface AttemptResult {
  readonly outcome: AttemptOutcome;
  /** Set for `deferred` and `failed`. */
  readonly category?: AttemptCategory;
  readonly reason?: string;
  readonly summary?: string;
  readonly tokens?: number;
  readonly costUsd?: number;
  /** All that the agent left, as one commit on the base in the workers' repository; absent where nothing changed. */
  readonly commit?: string;
  readonly changedFiles: readonly string[];
  /** Changes that were not taken: protected files, embedded repositories' metadata. */
  readonly ignoredFiles: readonly string[];
  readonly exitCode: number | null;
  readonly seconds: number;
  /** Everything the agent printed. */
  readonly outputFile: string;
}
