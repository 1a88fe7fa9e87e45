import type { DeferCategory } from '@sage/tickets';

/** How a run ended. The next run on the same target resumes an `interrupted` or `stopped` run. */
export type RunOutcome = 'finished' | 'interrupted' | 'stopped' | 'abandoned';

/** Counts of tickets. Each ticket of the run, except containers, is counted exactly once. */
export interface RunSummary {
  readonly completed: number;
  readonly deferred: number;
  readonly blocked: number;
  readonly unprocessed: number;
}

/** What happened, without the envelope common to all events. Documented in docs/events.md. */
export type RunFact =
  | {
      readonly event: 'run.started';
      readonly target: string;
      /** Tip of the target when the run first started. */
      readonly base: string;
      /** The full name of the branch that the target was created from, if it was created for the run. */
      readonly from?: string | undefined;
      readonly workers: number;
      readonly agent: string;
      readonly tickets: readonly string[];
      /** Those of `tickets` that have children. They are done when their children are, and appear in no count. */
      readonly containers?: readonly string[];
      /** Those of `tickets` that a DEFERRED container keeps from starting. */
      readonly heldBack?: readonly string[];
      readonly resumed: boolean;
    }
  /** Tickets that joined the run: new in the backlog, or no longer DEFERRED there. */
  | {
      readonly event: 'tickets.added';
      readonly tickets: readonly string[];
      readonly containers?: readonly string[];
    }
  /** A person's request during the run: to end a ticket's agent, or to leave the ticket for another run. */
  | {
      readonly event: 'ticket.requested';
      /** Names the request, for the program that waits for its confirmation. */
      readonly request: string;
      readonly ticket: string;
      readonly action: 'stop' | 'skip';
    }
  /** A person's decision about finished work, before the attempt ended. */
  | {
      readonly event: 'attempt.reviewed';
      readonly ticket: string;
      readonly verdict: 'accepted' | 'deferred' | 'sent-back';
      /** The message that the agent was sent back with. */
      readonly comment?: string | undefined;
    }
  /** Tickets that left the run before they started: now DEFERRED, COMPLETED or gone from the backlog. */
  | { readonly event: 'tickets.withdrawn'; readonly tickets: readonly string[] }
  /** Tickets that failed through no fault of their own: no longer deferred, and no attempt is counted. */
  | { readonly event: 'tickets.restored'; readonly tickets: readonly string[] }
  | { readonly event: 'run.paused' }
  | { readonly event: 'run.resumed' }
  | { readonly event: 'run.workers'; readonly workers: number }
  | {
      readonly event: 'attempt.started';
      readonly ticket: string;
      readonly title: string;
      /** Used for predicting durations, even after the ticket has left the backlog. */
      readonly type?: string;
      readonly component?: string;
      readonly estimatedMinutes?: number;
      readonly worker: number;
      readonly attempt: number;
      /** The commit of the target that the worktree is created from. */
      readonly base: string;
      /** The agent and the model, if they differ from those of the run. */
      readonly agent?: string;
      readonly model?: string;
      /** The agent's output, relative to the repository. */
      readonly log?: string;
    }
  /** An attempt is about to be sent to a worker on another machine. */
  | {
      readonly event: 'attempt.dispatched';
      readonly ticket: string;
      readonly attempt: number;
      /**
       * The number of this try of the attempt; it increases for each ticket. Results of any other try are rejected.
       */
      readonly fence: number;
    }
  /** What the agent is doing and has used so far; at most one a second for each worker. */
  | {
      readonly event: 'ticket.progress';
      readonly ticket: string;
      readonly worker: number;
      readonly attempt: number;
      /** In a few words, such as "Edit src/app.ts". */
      readonly activity?: string;
      readonly tokens?: number;
      readonly costUsd?: number;
    }
  | {
      readonly event: 'attempt.finished';
      readonly ticket: string;
      readonly worker: number;
      readonly attempt: number;
      readonly outcome:
        | 'completed'
        | 'deferred'
        | 'failed'
        | 'rate-limited'
        | 'account-refused'
        | 'machine-failed'
        | 'interrupted';
      readonly seconds: number;
      readonly category?: DeferCategory;
      readonly reason?: string;
      readonly summary?: string;
      readonly tokens?: number;
      readonly inputTokens?: number;
      readonly outputTokens?: number;
      /** The part of the input that was read from a cache. */
      readonly cachedTokens?: number;
      readonly costUsd?: number;
      /** The agent's session, which a later attempt may resume. */
      readonly session?: string;
      /** Changed files that the ticket did not declare. */
      readonly drift?: readonly string[];
      /** What the agent was not allowed to do, in a few words each. */
      readonly denied?: readonly string[];
      /** Changed files that configure runs, such as sage.config.ts. They take effect with the next run. */
      readonly configuration?: readonly string[];
      /** Changed files that make programs run later without being called: hooks, settings of agents, CI, ... */
      readonly whatRuns?: readonly string[];
      readonly ignoredFiles?: readonly string[];
      /** Anything else that the agent left behind, or that happened, one sentence each. */
      readonly notes?: readonly string[];
      /** The last one or two informative lines of output from an attempt that did not succeed. */
      readonly telling?: readonly string[];
      /** The ref that keeps the work of an attempt that deferred its ticket. */
      readonly ref?: string;
      /** The agent's output, relative to the repository. */
      readonly log?: string;
    }
  | {
      readonly event: 'git.settings_changed';
      /** The ticket whose attempt has just ended. Another ticket may have made the change. */
      readonly ticket: string;
      /** Git hooks and settings, relative to the repository. */
      readonly files: readonly string[];
    }
  | {
      readonly event: 'queue.enqueued';
      readonly ticket: string;
      readonly entry: string;
      readonly commit: string;
    }
  | {
      readonly event: 'landing.landed';
      readonly ticket: string;
      readonly entry: string;
      readonly commit: string;
      /** Verify failed once, then passed. */
      readonly flaky?: boolean;
    }
  | {
      readonly event: 'landing.conflicted';
      readonly ticket: string;
      readonly entry: string;
      readonly files: readonly string[];
      readonly tickets: readonly string[];
    }
  /** The agent has printed nothing for this long; 0 when it prints again. */
  | { readonly event: 'ticket.quiet'; readonly ticket: string; readonly seconds: number }
  | {
      readonly event: 'conflict.predicted';
      readonly ticket: string;
      readonly files: readonly string[];
      readonly tickets: readonly string[];
    }
  | {
      readonly event: 'landing.rejected';
      readonly ticket: string;
      readonly entry: string;
      readonly reason: string;
      /** Last lines of the verify command. */
      readonly output: string;
      /** Its whole output, relative to the repository. */
      readonly log?: string;
    }
  | {
      readonly event: 'ticket.completed';
      readonly ticket: string;
      readonly commit: string;
      /** It has children, and all of them are done. The run may not have selected it. */
      readonly container?: true;
    }
  | {
      readonly event: 'ticket.deferred';
      readonly ticket: string;
      readonly category: DeferCategory;
      readonly reason: string;
      readonly attempts: number;
      /** The ref that keeps the work of the last attempt. */
      readonly ref?: string;
    }
  | { readonly event: 'ticket.blocked'; readonly ticket: string; readonly by: readonly string[] }
  | {
      readonly event: 'run.forecast';
      /** Tickets that can still be completed. */
      readonly remaining: number;
      /** ISO times of the end: 50 % likely by `expected`, 80 % likely between `low` and `high`. */
      readonly expected: string;
      readonly low: string;
      readonly high: string;
    }
  | {
      readonly event: 'run.finished';
      readonly outcome: RunOutcome;
      readonly reason?: string;
      readonly summary: RunSummary;
      /** Deferred tickets whose deferral could not be written to the backlog. */
      readonly unrecorded?: readonly string[];
    };

export interface EventEnvelope {
  /** The version of the event format. Journals of version 1 are converted when they are read. */
  readonly v: 2;
  readonly run: string;
  /** ISO 8601, UTC. */
  readonly time: string;
}

export type RunEvent = RunFact & EventEnvelope;
