import type { DeferCategory } from '@sage/tickets';
import type { RunOutcome, RunSummary } from './events.ts';
import type { RunUsage, Spent } from './usage.ts';

/** Why a ticket's last attempt did not land; `log` is the agent's output, relative to the repository. */
export type Setback =
  | { readonly kind: 'failure'; readonly reason: string; readonly log?: string }
  | { readonly kind: 'conflict'; readonly files: readonly string[]; readonly tickets: readonly string[] }
  | { readonly kind: 'rejected'; readonly reason: string; readonly output: string };

/** What agents report of their usage. */
export const FIGURES = ['tokens', 'inputTokens', 'outputTokens', 'cachedTokens', 'costUsd'] as const;
export type Figures = { readonly [K in (typeof FIGURES)[number]]?: number };

/** An agent's session, with the usage of all attempts in it. */
export type Session = { readonly id: string; readonly agent?: string } & Figures;

interface Dispatched {
  readonly attempt: number;
  readonly fence: number;
}

export interface Deferral {
  readonly category: DeferCategory;
  readonly reason: string;
  readonly attempts: number;
  readonly at: string;
  /** The ref that keeps the work of its last attempt. */
  readonly ref?: string;
}

/** What the events of a run add up to. Everything else about a run is derived from it. */
export interface RunState {
  readonly run: string;
  readonly target: string;
  readonly base: string;
  /** Where the target was made for the run: the branch that it comes from. */
  readonly from: string | undefined;
  readonly tickets: ReadonlySet<string>;
  /** Those of them that are done when their children are. */
  readonly containers: ReadonlySet<string>;
  /** Those of them that a DEFERRED container keeps from starting. */
  readonly heldBack: ReadonlySet<string>;
  /** Counted attempts: those whose end is the ticket's own. */
  readonly attempts: ReadonlyMap<string, number>;
  readonly conflicts: ReadonlyMap<string, number>;
  /** The agent of each ticket's last attempt, where it is not that of the run. */
  readonly agents: ReadonlyMap<string, string>;
  /** Attempts that were started and have not ended: ticket to base. */
  readonly open: ReadonlyMap<string, string>;
  /** Of the open ones, those that were given to another machine. */
  readonly dispatched: ReadonlyMap<string, Dispatched>;
  /** All attempts that were given to other machines, by ticket, in order: their fences grow. */
  readonly sent: ReadonlyMap<string, readonly Dispatched[]>;
  /** Why the last attempt of each ticket did not land. */
  readonly setbacks: ReadonlyMap<string, Setback>;
  /** The agent's session of each ticket's last attempt, with the usage of all attempts in it. */
  readonly sessions: ReadonlyMap<string, Session>;
  /** Queue entries whose end is known. */
  readonly settledEntries: ReadonlySet<string>;
  readonly completed: ReadonlyMap<string, string>;
  readonly deferred: ReadonlyMap<string, Deferral>;
  /** Deferrals that the last attempt of a ticket has asked for, and that are not made: the process was killed. */
  readonly toDefer: ReadonlyMap<string, Pick<Deferral, 'category' | 'reason' | 'ref'>>;
  /** Tickets that cannot start, with the chain that blocks each, nearest first. Known when the run has ended. */
  readonly blocked: ReadonlyMap<string, readonly string[]>;
  /** Files that the last completed attempt of a ticket changed without declaring them. */
  readonly drift: ReadonlyMap<string, readonly string[]>;
  /** What the agent of the last completed attempt of a ticket was not allowed to do. */
  readonly denied: ReadonlyMap<string, readonly string[]>;
  /** Files that configure later runs, as the last completed attempt of a ticket changed them. */
  readonly configuration: ReadonlyMap<string, readonly string[]>;
  /** By ticket: files that it has landed, or will, by which programs run later that nobody calls. */
  readonly whatRuns: ReadonlyMap<string, readonly string[]>;
  /** What all attempts of a ticket have used. */
  readonly spent: ReadonlyMap<string, Spent>;
  /** What all attempts have used, interrupted ones included. */
  readonly usage: RunUsage;
  /** Whether a person has paused the run. */
  readonly paused: boolean;
  /** How many agents may run at the same time. */
  readonly workers: number;
  readonly outcome: RunOutcome | undefined;
}

/** Counts each ticket of a run once, without containers. */
export function summarise(state: RunState): RunSummary {
  const counts = { completed: 0, deferred: 0, blocked: 0, unprocessed: 0 };
  for (const id of state.tickets) {
    if (state.containers.has(id)) continue;
    if (state.completed.has(id)) counts.completed += 1;
    else if (state.deferred.has(id)) counts.deferred += 1;
    else if (state.blocked.has(id)) counts.blocked += 1;
    else counts.unprocessed += 1;
  }
  return counts;
}
