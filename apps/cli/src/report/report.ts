import type { RunStatus } from '@sage/journal';

/** The state of a ticket in a run. `landing`: finished, but not landed yet. */
export type TicketOutcome = 'landed' | 'deferred' | 'blocked' | 'running' | 'landing' | 'waiting';

/** The result of one ticket. Texts are those of the ticket and the agent, and are untrusted. */
export interface TicketReport {
  readonly id: string;
  readonly title: string;
  readonly outcome: TicketOutcome;
  /** A container, which is done when its children are. */
  readonly container?: true;
  readonly commit?: string;
  /** The agent of its last attempt. */
  readonly agent?: string;
  readonly attempts: number;
  /** How long workers were busy with it. */
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
  /** Files in which an overlap with other tickets was detected, and those tickets. */
  readonly overlap?: { readonly files: readonly string[]; readonly tickets: readonly string[] };
  readonly drift?: readonly string[];
  readonly denied?: readonly string[];
  readonly configuration?: readonly string[];
  readonly whatRuns?: readonly string[];
  /** The output of its agents by attempt, relative to the repository. */
  readonly logs: readonly { readonly attempt: number; readonly file: string }[];
  /** Commands for a shell. */
  readonly commands: { readonly logs?: string; readonly retry?: string };
}

/** Totals of one agent in a run. */
export interface AgentTotals {
  readonly agent: string;
  readonly attempts: number;
  readonly landed: number;
  readonly seconds: number;
  readonly tokens?: number;
  readonly costUsd?: number;
}

/** An attempt on the time axis of the run, which excludes the gaps between its processes. */
export interface Span {
  readonly ticket: string;
  readonly attempt: number;
  readonly worker: number;
  /** In one word; see `resultOf`. */
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
  /** How long the run was worked on. */
  readonly seconds: number;
  /** How long one worker would have needed for the same attempts. */
  readonly oneWorkerSeconds: number;
  readonly savedSeconds: number;
  readonly tokens?: number;
  readonly costUsd?: number;
  /** Without containers. */
  readonly counts: { readonly [outcome in TicketOutcome]: number };
  readonly tickets: readonly TicketReport[];
  readonly agents: readonly AgentTotals[];
  readonly spans: readonly Span[];
  /** What to do next: lines for a shell and for a person. */
  readonly next: readonly string[];
}
