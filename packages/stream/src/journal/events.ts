import type { DeferCategory } from '@sage/tickets';

/** How a run ended. `interrupted` and `stopped` runs are resumed by the next one on the same target. */
export type RunOutcome = 'finished' | 'interrupted' | 'stopped';

/** Each ticket of the run is counted once. */
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
      readonly workers: number;
      readonly agent: string;
      readonly tickets: readonly string[];
      readonly resumed: boolean;
    }
  /** They have joined the run: new in the index, or no longer DEFERRED there. */
  | { readonly event: 'tickets.added'; readonly tickets: readonly string[] }
  /** They have left the run before they were started: DEFERRED, COMPLETED or gone in the index. */
  | { readonly event: 'tickets.withdrawn'; readonly tickets: readonly string[] }
  | { readonly event: 'run.paused' }
  | { readonly event: 'run.resumed' }
  | { readonly event: 'run.workers'; readonly workers: number }
  | {
      readonly event: 'ticket.started';
      readonly ticket: string;
      readonly title: string;
      readonly worker: number;
      readonly attempt: number;
      /** The commit of the target that the worktree is cut from. */
      readonly base: string;
    }
  | {
      readonly event: 'ticket.finished';
      readonly ticket: string;
      readonly worker: number;
      readonly attempt: number;
      readonly outcome: 'completed' | 'deferred' | 'failed' | 'rate-limited' | 'interrupted';
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
      /** The agent's session, which a later attempt may go on with. */
      readonly session?: string;
      /** Changed files that the ticket did not declare. */
      readonly drift?: readonly string[];
      readonly ignoredFiles?: readonly string[];
      /** Everything the agent printed, relative to the repository. */
      readonly log?: string;
    }
  | {
      readonly event: 'settings.changed';
      /** Whose attempt had just ended: it need not be the one that did it. */
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
      /** Its verify failed once, and then passed. */
      readonly flaky?: boolean;
    }
  | {
      readonly event: 'landing.conflicted';
      readonly ticket: string;
      readonly entry: string;
      readonly files: readonly string[];
      readonly tickets: readonly string[];
    }
  /** The agent has printed nothing for so many seconds; 0 where it prints again. */
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
    }
  | { readonly event: 'ticket.completed'; readonly ticket: string; readonly commit: string }
  | {
      readonly event: 'ticket.deferred';
      readonly ticket: string;
      readonly category: DeferCategory;
      readonly reason: string;
      readonly attempts: number;
      /** Where what the last attempt left is kept. */
      readonly ref?: string;
    }
  | { readonly event: 'ticket.blocked'; readonly ticket: string; readonly by: readonly string[] }
  | {
      readonly event: 'run.forecast';
      /** Tickets that can still be completed. */
      readonly remaining: number;
      /** When the run will be over, as ISO times: half of such runs are by `expected`, four of five between the others. */
      readonly expected: string;
      readonly low: string;
      readonly high: string;
    }
  | {
      readonly event: 'run.finished';
      readonly outcome: RunOutcome;
      readonly reason?: string;
      readonly summary: RunSummary;
    };

export interface EventEnvelope {
  readonly v: 1;
  readonly run: string;
  /** ISO 8601, UTC. */
  readonly time: string;
}

export type RunEvent = RunFact & EventEnvelope;
