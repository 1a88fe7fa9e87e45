import type { RunStatus } from '@sage/journal';

/** Where a ticket of a run is. `landing`: finished, and not landed yet. */
export type TicketOutcome = 'landed' | 'deferred' | 'blocked' | 'running' | 'landing' | 'waiting';

/** What came of one ticket. Texts are the ticket's and the agent's own: nothing in them is safe. */
export interface TicketReport {
  readonly id: string;
  readonly title: string;
  readonly outcome: TicketOutcome;
  /** A container: done when its children are. */
  readonly container?: true;
  readonly commit?: string;
  /** Of its last attempt. */
  readonly agent?: string;
  readonly attempts: number;
  /** That workers were busy with it. */
  readonly seconds: number;
  readonly tokens?: number;
  readonly costUsd?: number;
  readonly summary?: string;
  readonly category?: string;
  readonly reason?: string;
  readonly telling?: readonly string[];
  /** The ref that keeps its work. */
  readonly ref?: string;
  /** What blocks it, nearest first. */
  readonly by?: readonly string[];
  readonly flaky?: true;
  /** Files in which it was seen to overlap with others, and with which. */
  readonly overlap?: { readonly files: readonly string[]; readonly tickets: readonly string[] };
  readonly drift?: readonly string[];
  readonly denied?: readonly string[];
  readonly configuration?: readonly string[];
  readonly whatRuns?: readonly string[];
  /** What its agents printed, relative to the repository, by attempt. */
  readonly logs: readonly { readonly attempt: number; readonly file: string }[];
  /** Commands for a shell. */
  readonly commands: { readonly logs?: string; readonly retry?: string };
}

/** What one agent has done in a run. */
export interface AgentTotals {
  readonly agent: string;
  readonly attempts: number;
  readonly landed: number;
  readonly seconds: number;
  readonly tokens?: number;
  readonly costUsd?: number;
}

/** An attempt in the time of the run, without what lay between two of its processes. */
export interface Span {
  readonly ticket: string;
  readonly attempt: number;
  readonly worker: number;
  /** In a word, see `resultOf`. */
  readonly result: string;
  /** Seconds from the run's start. */
  readonly start: number;
  readonly end: number;
  readonly tokens?: number;
  readonly costUsd?: number;
}

/** The contract of `sage report --format json`. */
export interface Report {
  readonly v: 1;
  readonly run: string;
  readonly state: RunStatus['state'];
  /** Why it stopped. */
  readonly reason?: string;
  /** Full ref. */
  readonly target: string;
  readonly base: string;
  readonly agent: string;
  readonly workers: number;
  /** ISO 8601, UTC. */
  readonly started: string;
  readonly updated: string;
  /** That the run was worked on. */
  readonly seconds: number;
  /** That one worker would have needed for the same attempts. */
  readonly oneWorkerSeconds: number;
  readonly savedSeconds: number;
  readonly tokens?: number;
  readonly costUsd?: number;
  /** Without containers. */
  readonly counts: { readonly [outcome in TicketOutcome]: number };
  readonly tickets: readonly TicketReport[];
  readonly agents: readonly AgentTotals[];
  readonly spans: readonly Span[];
  /** What to do next, lines for a shell and for a person. */
  readonly next: readonly string[];
}
