import type { TokenUsage } from './usage.ts';

/** What an agent is given about a ticket. Plain JSON, because the worker may be on another machine. */
export interface WorkTicket {
  readonly id: string;
  readonly title: string;
  readonly type: string;
  readonly component: string;
  readonly description?: string;
  readonly acceptanceCriteria?: readonly string[];
  /** Context documents by role (`spec`, `plan`, ...), relative to the repository. */
  readonly docs?: Readonly<Record<string, string>>;
  /** Files that the ticket declares it will change. */
  readonly files?: readonly string[];
  /** Commands that have to pass in the worktree before the work is accepted. */
  readonly checks?: readonly WorkCheck[];
  /** The ticket as written in the index, for the file that SAGE_TICKET_FILE names. */
  readonly raw?: unknown;
}

/** A shell line that must exit with 0 and, if `successPattern` is set, print something that matches it. */
export interface WorkCheck {
  readonly name: string;
  readonly command: string;
  readonly successPattern?: string;
  /** How often the agent is asked to fix what the check reports, in the same worktree. */
  readonly retries: number;
  /** What happens after that: the attempt fails, or the ticket is deferred. */
  readonly otherwise: 'fail' | 'defer';
  readonly category: AttemptCategory;
}

/** `reason` continues a sentence that begins with the check's name. */
export interface FailedCheck {
  readonly check: WorkCheck;
  readonly reason: string;
  readonly output: string;
  /** The check itself cannot run, which no agent can fix. */
  readonly broken: boolean;
}

/** Why the previous attempt did not land. */
export type PreviousAttempt =
  | { readonly kind: 'failure'; readonly reason: string; readonly output?: string }
  | { readonly kind: 'conflict'; readonly files: readonly string[]; readonly tickets: readonly string[] }
  | { readonly kind: 'rejected'; readonly reason: string; readonly output: string }
  /** The current attempt: the agent's work is in the worktree, and checks of the ticket failed. */
  | { readonly kind: 'checks'; readonly failed: readonly FailedCheck[] }
  /** A person's comment on the work. `here`: the current attempt, with the work in the worktree. */
  | { readonly kind: 'comment'; readonly text: string; readonly here: boolean };

/** The agent and model for a ticket. What is absent comes from the run. */
export interface AgentSelection {
  readonly agent?: string;
  readonly model?: string;
}

/** A dependency of the ticket that has landed. */
export interface LandedDependency {
  readonly id: string;
  readonly title: string;
}

export interface WorkRequest {
  readonly run: string;
  /** 1-based number of the worker. A worker runs one agent at a time. */
  readonly worker: number;
  /** 1-based number of the ticket's attempt. */
  readonly attempt: number;
  readonly ticket: WorkTicket;
  /** Paths, and file names in any folder, that this work must not contain, in addition to those for all work. */
  readonly protectedPaths?: readonly string[];
  readonly protectedNames?: readonly string[];
  /** A member of JSON files with this name that the work may not change. */
  readonly protectedMember?: { readonly name: string; readonly member: string };
  /** Set if it differs from the agent of the run. */
  readonly selection?: AgentSelection;
  /** Labels that a worker on another machine must have, such as `gpu`. */
  readonly labels?: readonly string[];
  /** Full id of the commit that the worktree is created from. */
  readonly base: string;
  readonly message: string;
  readonly dependencies?: readonly LandedDependency[];
  readonly previous?: PreviousAttempt;
  /** The agent's session from the previous attempt, with the usage already counted for it. */
  readonly session?: { readonly id: string } & TokenUsage;
}

/**
 * How an attempt ended. The last four are not the ticket's fault and do not count: a temporary limit of the account,
 * an account that refuses until a person acts, a failure of the machine, an interruption.
 */
export type AttemptOutcome =
  | 'completed'
  | 'deferred'
  | 'failed'
  | 'rate-limited'
  | 'account-refused'
  | 'machine-failed'
  | 'interrupted';

export type AttemptCategory =
  | 'agent_failed'
  | 'no_changes'
  | 'timeout'
  | 'stalled'
  | 'missing_dependencies'
  | 'persistent_test_failure'
  | 'validation_script_error'
  | 'external_blocker'
  | 'user_rejected'
  | 'merge_conflict'
  | 'cannot_land'
  | 'budget'
  | 'tampering';

export interface AttemptResult extends TokenUsage {
  readonly outcome: AttemptOutcome;
  /** Set for `deferred` and `failed`. */
  readonly category?: AttemptCategory;
  readonly reason?: string;
  readonly summary?: string;
  /** With `rate-limited`: how long the account asks to wait, in milliseconds. */
  readonly retryAfter?: number;
  /** The agent's own id for its session, which another attempt may resume. */
  readonly session?: string;
  /** Everything the agent left, as commits on top of the base in the user's repository. Absent if nothing changed. */
  readonly commit?: string;
  readonly changedFiles: readonly string[];
  /**
   * Files that were not collected: protected files, metadata of embedded repositories, and names that git cannot
   * store. If nothing else was left, also ignored files.
   */
  readonly ignoredFiles: readonly string[];
  /** Anything else that the agent left behind, or that happened, one sentence each. */
  readonly notes?: readonly string[];
  /** What the agent was not allowed to do, in a few words each. */
  readonly denied?: readonly string[];
  /** Changed files that the ticket did not declare. */
  readonly drift: readonly string[];
  readonly exitCode: number | null;
  readonly seconds: number;
  /** A file with the agent's whole output. */
  readonly outputFile: string;
}
