import type { TokenUsage } from './usage.ts';

/** What an agent learns about a ticket. Plain JSON, so that a worker may be another machine. */
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
  /** Commands that have to pass in the worktree before the work is taken. */
  readonly checks?: readonly WorkCheck[];
  /** The ticket as the index has it, handed to the agent in SAGE_TICKET_FILE. */
  readonly raw?: unknown;
}

/** A shell line that has to end with 0, and to print what matches `successPattern`, if there is one. */
export interface WorkCheck {
  readonly name: string;
  readonly command: string;
  readonly successPattern?: string;
  /** How often the agent is asked to mend what the check says, in the same worktree. */
  readonly retries: number;
  /** Then the attempt has failed, or the ticket is deferred. */
  readonly otherwise: 'fail' | 'defer';
  readonly category: AttemptCategory;
}

/** `reason` continues a sentence that begins with the check's name. */
export interface FailedCheck {
  readonly check: WorkCheck;
  readonly reason: string;
  readonly output: string;
  /** The check itself cannot be run: no agent can mend that. */
  readonly broken: boolean;
}

/** Why the attempt before this one did not land. */
export type PreviousAttempt =
  | { readonly kind: 'failure'; readonly reason: string; readonly output?: string }
  | { readonly kind: 'conflict'; readonly files: readonly string[]; readonly tickets: readonly string[] }
  | { readonly kind: 'rejected'; readonly reason: string; readonly output: string }
  /** The same attempt: the agent's work is in the worktree, and checks of the ticket did not pass. */
  | { readonly kind: 'checks'; readonly failed: readonly FailedCheck[] }
  /** What a person says of the work. `here`: the same attempt, the work is in the worktree. */
  | { readonly kind: 'comment'; readonly text: string; readonly here: boolean };

/** Who works on a ticket; what is not named is the run's own. */
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
  /** 1-based number of the worker; it has one agent at a time. */
  readonly worker: number;
  /** 1-based number of the attempt of this ticket. */
  readonly attempt: number;
  readonly ticket: WorkTicket;
  /** Paths, and names of files in whatever folder, that this work does not contain, besides those of all work. */
  readonly protectedPaths?: readonly string[];
  readonly protectedNames?: readonly string[];
  /** A member of a JSON file, by the file's name, that this work may not change. */
  readonly protectedMember?: { readonly name: string; readonly member: string };
  /** Where it is not the agent of the run. */
  readonly selection?: AgentSelection;
  /** What a worker on another machine has to have, such as `gpu`. */
  readonly labels?: readonly string[];
  /** Full id of the commit that the worktree is cut from. */
  readonly base: string;
  readonly message: string;
  readonly dependencies?: readonly LandedDependency[];
  readonly previous?: PreviousAttempt;
  /** The agent's session of the attempt before, with what has been counted of it. */
  readonly session?: { readonly id: string } & TokenUsage;
}

/**
 * How one attempt ended. The last four are not the ticket's failure and are not counted: a limit of the account that
 * passes, an account that refuses until a person does something, a machine that cannot do its part, an interruption.
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
  /** With `rate-limited`: how long the account asks to be left alone, in milliseconds. */
  readonly retryAfter?: number;
  /** The agent's own name for its session; another attempt may resume it. */
  readonly session?: string;
  /** All that the agent left, as commits on the base in the user's repository; absent where nothing changed. */
  readonly commit?: string;
  readonly changedFiles: readonly string[];
  /** What was not taken: protected files, embedded repositories' metadata, names that git cannot carry; files that git ignores, where there is nothing else. */
  readonly ignoredFiles: readonly string[];
  /** What else the agent left, or what happened meanwhile, a sentence each. */
  readonly notes?: readonly string[];
  /** What the agent was not allowed to do, in a few words each. */
  readonly denied?: readonly string[];
  /** Changed files that the ticket did not declare. */
  readonly drift: readonly string[];
  readonly exitCode: number | null;
  readonly seconds: number;
  /** Everything the agent printed. */
  readonly outputFile: string;
}
