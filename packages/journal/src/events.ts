import type { DeferCategory } from '@sage/tickets';

/** How a run ended. `interrupted` and `stopped` runs are resumed by the next one on the same target. */
export type RunOutcome = 'finished' | 'interrupted' | 'stopped' | 'abandoned';

/** Counts of tickets. Each ticket of the run, except containers, is in exactly one. */
export interface RunSummary {
  readonly completed: number;
  readonly deferred: number;
  readonly blocked: number;
  readonly unprocessed: number;
}

/** What happened, without the envelope that every event has. Documented in docs/events.md. */
export type RunFact =
  | {
      readonly event: 'run.started';
      readonly target: string;
      /** Tip of the target when the run first started. */
      readonly base: string;
      /** Where the target was made for the run: the full name of the branch that it comes from. */
      readonly from?: string | undefined;
      readonly workers: number;
      readonly agent: string;
      readonly tickets: readonly string[];
      /** Those of them that have children: done when these are, and in no count. */
      readonly containers?: readonly string[];
      /** Those of them that a DEFERRED container keeps from starting. */
      readonly heldBack?: readonly string[];
      readonly resumed: boolean;
    }
  /** Tickets that joined the run: new in the backlog, or no longer DEFERRED there. */
  | {
      readonly event: 'tickets.added';
      readonly tickets: readonly string[];
      readonly containers?: readonly string[];
    }
  /** What a person asked of a ticket while the run worked: to end its agent, or to leave the ticket for another run. */
  | {
      readonly event: 'ticket.requested';
      /** The name of the request, for who waits until it is confirmed. */
      readonly request: string;
      readonly ticket: string;
      readonly action: 'stop' | 'skip';
    }
  /** What a person decided about finished work, before the attempt ended. */
  | {
      readonly event: 'attempt.reviewed';
      readonly ticket: string;
      readonly verdict: 'accepted' | 'deferred' | 'sent-back';
      /** What the agent was sent back with. */
      readonly comment?: string | undefined;
    }
  /** Tickets that left the run before they started: now DEFERRED, COMPLETED or gone in the backlog. */
  | { readonly event: 'tickets.withdrawn'; readonly tickets: readonly string[] }
  /** Tickets whose failures were not their own: no longer deferred, no attempt counted. */
  | { readonly event: 'tickets.restored'; readonly tickets: readonly string[] }
  | { readonly event: 'run.paused' }
  | { readonly event: 'run.resumed' }
  | { readonly event: 'run.workers'; readonly workers: number }
  | {
      readonly event: 'attempt.started';
      readonly ticket: string;
      readonly title: string;
      /** What durations are learned by, also when the ticket has left the backlog. */
      readonly type?: string;
      readonly component?: string;
      readonly estimatedMinutes?: number;
      readonly worker: number;
      readonly attempt: number;
      /** The commit of the target that the worktree is cut from. */
      readonly base: string;
      /** The agent, and the model, where they are not those of the run. */
      readonly agent?: string;
      readonly model?: string;
      /** What the agent prints, relative to the repository. */
      readonly log?: string;
    }
  /** An attempt is about to be given to a worker on another machine. */
  | {
      readonly event: 'attempt.dispatched';
      readonly ticket: string;
      readonly attempt: number;
      /** Of the attempt's tries this one; monotonic for each ticket. The result of any other is not taken. */
      readonly fence: number;
    }
  /** What the agent does now and has used so far; at most one a second for each worker. */
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
      /** Part of the input that was read from a cache. */
      readonly cachedTokens?: number;
      readonly costUsd?: number;
      /** The agent's session, which a later attempt may resume. */
      readonly session?: string;
      /** Changed files that the ticket did not declare. */
      readonly drift?: readonly string[];
      /** What the agent was not allowed to do, in a few words each. */
      readonly denied?: readonly string[];
      /** Changed files that configure runs, such as sage.config.ts: they count from the next run. */
      readonly configuration?: readonly string[];
      /** Changed files by which programs run later that nobody calls: hooks, settings of agents, CI, ... */
      readonly whatRuns?: readonly string[];
      readonly ignoredFiles?: readonly string[];
      /** What else the agent left, or what happened meanwhile, a sentence each. */
      readonly notes?: readonly string[];
      /** The last one or two lines that say something of an attempt that did not succeed. */
      readonly telling?: readonly string[];
      /** Where the work of an attempt that deferred its ticket is kept. */
      readonly ref?: string;
      /** What the agent printed, relative to the repository. */
      readonly log?: string;
    }
  | {
      readonly event: 'git.settings_changed';
      /** The ticket whose attempt has just ended; another one may have made the change. */
      readonly ticket: string;
      /** Hooks and settings of git, relative to the repository. */
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
      /** All that it printed, relative to the repository. */
      readonly log?: string;
    }
  | {
      readonly event: 'ticket.completed';
      readonly ticket: string;
      readonly commit: string;
      /** It has children, and all of them are done; the run need not have been asked for it. */
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
      /** Deferred tickets that the backlog could not be told of. */
      readonly unrecorded?: readonly string[];
    };

export interface EventEnvelope {
  /** The version of the events; journals of version 1 are converted when they are read. */
  readonly v: 2;
  readonly run: string;
  /** ISO 8601, UTC. */
  readonly time: string;
}

export type RunEvent = RunFact & EventEnvelope;
