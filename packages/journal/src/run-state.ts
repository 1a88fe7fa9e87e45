import type { DeferCategory } from '@sage/tickets';
import type { RunOutcome, RunSummary } from './events.ts';
import type { RunUsage, Spent } from './usage.ts';

/** Why a ticket's last attempt did not land; `log` is the agent's output, relative to the repository. */
export type Setback =
  | { readonly kind: 'failure'; readonly reason: string; readonly log?: string }
  | { readonly kind: 'conflict'; readonly files: readonly string[]; readonly tickets: readonly string[] }
  | { readonly kind: 'rejected'; readonly reason: string; readonly output: string };

/** Figures that agents report about their usage. */
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

/** The state that the events of a run add up to. Everything else about a run is derived from it. */
export interface RunState {
  readonly run: string;
  readonly target: string;
  readonly base: string;
  /** The branch that the target was created from, if it was created for the run. */
  readonly from: string | undefined;
  readonly tickets: ReadonlySet<string>;
  /** Those of `tickets` that are done when their children are. */
  readonly containers: ReadonlySet<string>;
  /** Those of `tickets` that a DEFERRED container keeps from starting. */
  readonly heldBack: ReadonlySet<string>;
  /** How many attempts of each ticket count: those whose end was caused by the ticket. */
  readonly attempts: ReadonlyMap<string, number>;
  readonly conflicts: ReadonlyMap<string, number>;
  /** The agent of each ticket's last attempt, if it differs from that of the run. */
  readonly agents: ReadonlyMap<string, string>;
  /** Attempts that have started and not ended: ticket to base. */
  readonly open: ReadonlyMap<string, string>;
  /** The open attempts that were sent to another machine. */
  readonly dispatched: ReadonlyMap<string, Dispatched>;
  /** All attempts that were sent to other machines, by ticket, in order of their increasing fences. */
  readonly sent: ReadonlyMap<string, readonly Dispatched[]>;
  /** Why the last attempt of each ticket did not land. */
  readonly setbacks: ReadonlyMap<string, Setback>;
  /** The agent's session of each ticket's last attempt, with the usage of all attempts in it. */
  readonly sessions: ReadonlyMap<string, Session>;
  /** Queue entries whose outcome is known. */
  readonly settledEntries: ReadonlySet<string>;
  readonly completed: ReadonlyMap<string, string>;
  readonly deferred: ReadonlyMap<string, Deferral>;
  /** Deferrals requested by a ticket's last attempt that were not carried out, because the process was killed. */
  readonly toDefer: ReadonlyMap<string, Pick<Deferral, 'category' | 'reason' | 'ref'>>;
  /**
   * Tickets that cannot start, each with the chain that blocks it, nearest first. Known only after the run has ended.
   */
  readonly blocked: ReadonlyMap<string, readonly string[]>;
  /** Files that the last completed attempt of a ticket changed without declaring them. */
  readonly drift: ReadonlyMap<string, readonly string[]>;
  /** What the agent of the last completed attempt of a ticket was not allowed to do. */
  readonly denied: ReadonlyMap<string, readonly string[]>;
  /** Files that configure later runs, as changed by the last completed attempt of a ticket. */
  readonly configuration: ReadonlyMap<string, readonly string[]>;
  /** By ticket: files, landed or about to land, that make programs run later without being called. */
  readonly whatRuns: ReadonlyMap<string, readonly string[]>;
  /** The total usage of all attempts of each ticket. */
  readonly spent: ReadonlyMap<string, Spent>;
  /** The usage of all attempts, including interrupted ones. */
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
