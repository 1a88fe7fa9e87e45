import type { DeferCategory } from '@sage/tickets';
import type { RunEvent, RunOutcome } from './events.ts';
import { RunFold } from './run-fold.ts';

/** A running agent or, in a killed run, an agent that was cut off. */
export interface AgentStatus {
  readonly ticket: string;
  readonly title: string;
  readonly worker: number;
  readonly attempt: number;
  /** ISO 8601, UTC, like all times here. */
  readonly since: string;
  /** The agent's output, relative to the repository. */
  readonly log?: string;
  /** What it is doing, in a few words. */
  readonly activity?: string;
  readonly tokens?: number;
  readonly costUsd?: number;
  /** Seconds without any output. */
  readonly quiet?: number;
}

export interface RunStatus {
  readonly v: 1;
  /** `paused`: running agents continue. `killed`: the coordinator is gone, and the journal has no end. */
  readonly state: 'working' | 'paused' | 'killed' | RunOutcome;
  readonly run: string;
  /** Full ref. */
  readonly target: string;
  readonly agent: string;
  /** How many agents may run at the same time. */
  readonly workers: number;
  readonly started: string;
  /** Start of the last process, if the run was resumed. */
  readonly resumed?: string;
  /** Time of the last event. */
  readonly updated: string;
  readonly ended?: string;
  /** Why the run stopped. */
  readonly reason?: string;
  /** Each ticket of the run is counted once, without containers. */
  readonly tickets: {
    readonly completed: number;
    readonly landing: number;
    readonly running: number;
    /** Not started, ready or not. */
    readonly waiting: number;
    readonly deferred: number;
    /** Known only after the run has ended. */
    readonly blocked: number;
  };
  /** In order of their workers. */
  readonly agents: readonly AgentStatus[];
  readonly landing: readonly string[];
  /** What agents were not allowed to do, although their work was accepted. Absent if there was nothing. */
  readonly denied?: readonly { readonly ticket: string; readonly denied: readonly string[] }[];
  readonly deferred: readonly {
    readonly ticket: string;
    readonly category: DeferCategory;
    readonly reason: string;
    readonly attempts: number;
  }[];
  readonly blocked: readonly { readonly ticket: string; readonly by: readonly string[] }[];
  /** Usage of attempts that have ended, as far as agents report it. */
  readonly usage?: { readonly tokens?: number; readonly costUsd?: number };
  readonly forecast?: {
    readonly told: string;
    readonly remaining: number;
    readonly expected: string;
    readonly low: string;
    readonly high: string;
  };
}

/** Folds the events of a run into its status. Ignores unknown events. */
export class RunStatusFold {
  readonly #fold = new RunFold();
  #started: Extract<RunEvent, { event: 'run.started' }> | undefined;
  #first = '';
  #updated = '';
  #finished: Extract<RunEvent, { event: 'run.finished' }> | undefined;
  #forecast: RunStatus['forecast'];
  readonly #agents = new Map<string, AgentStatus>();
  readonly #landing = new Set<string>();

  /** Start of the last process of the run, ISO 8601; empty before the first event. */
  get begun(): string {
    return this.#started?.time ?? '';
  }

  apply(event: RunEvent): void {
    this.#fold.apply(event);
    this.#updated = event.time;
    switch (event.event) {
      case 'run.started':
        this.#started = event;
        this.#first ||= event.time;
        this.#finished = undefined;
        this.#forecast = undefined;
        this.#agents.clear();
        return;
      case 'attempt.started': {
        const { ticket, title, worker, attempt, time, log } = event;
        const agent = { ticket, title, worker, attempt, since: time };
        this.#agents.set(ticket, log === undefined ? agent : { ...agent, log });
        this.#landing.delete(ticket);
        return;
      }
      case 'ticket.progress': {
        const agent = this.#agents.get(event.ticket);
        if (!agent) return;
        const { activity, tokens, costUsd } = event;
        this.#agents.set(event.ticket, {
          ...agent,
          ...(activity !== undefined && { activity }),
          ...(tokens !== undefined && { tokens }),
          ...(costUsd !== undefined && { costUsd }),
        });
        return;
      }
      case 'ticket.quiet': {
        const agent = this.#agents.get(event.ticket);
        if (!agent) return;
        const { quiet: _, ...others } = agent;
        this.#agents.set(event.ticket, event.seconds === 0 ? others : { ...others, quiet: event.seconds });
        return;
      }
      case 'attempt.finished':
        this.#agents.delete(event.ticket);
        if (event.outcome === 'completed') this.#landing.add(event.ticket);
        return;
      case 'landing.conflicted':
      case 'landing.rejected':
      case 'ticket.completed':
      case 'ticket.deferred':
        this.#landing.delete(event.ticket);
        return;
      case 'run.forecast': {
        const { time, remaining, expected, low, high } = event;
        this.#forecast = { told: time, remaining, expected, low, high };
        return;
      }
      case 'run.finished':
        this.#finished = event;
    }
  }

  /** `isAlive` says whether the coordinator of the run is alive. Call this only after a `run.started` event. */
  status(isAlive: boolean): RunStatus {
    const { state } = this.#fold;
    const { agent, time: begun } = this.#started!;
    const finished = this.#finished;
    const { tokens, costUsd, counted, costed } = state.usage;
    const usage = { ...(counted > 0 && { tokens }), ...(costed > 0 && { costUsd }) };
    return {
      v: 1,
      state: finished?.outcome ?? (isAlive ? (state.paused ? 'paused' : 'working') : 'killed'),
      run: state.run,
      target: state.target,
      agent,
      workers: state.workers,
      started: this.#first,
      ...(begun !== this.#first && { resumed: begun }),
      updated: this.#updated,
      ...(finished && { ended: finished.time }),
      ...(finished?.reason !== undefined && { reason: finished.reason }),
      tickets: this.#counts(),
      agents: [...this.#agents.values()].toSorted((a, b) => a.worker - b.worker),
      landing: [...this.#landing],
      deferred: [...state.deferred].map(([ticket, { category, reason, attempts }]) => {
        return { ticket, category, reason, attempts };
      }),
      blocked: [...state.blocked].map(([ticket, by]) => ({ ticket, by })),
      ...(state.denied.size > 0 && {
        denied: [...state.denied].map(([ticket, denied]) => ({ ticket, denied })),
      }),
      ...(counted + costed > 0 && { usage }),
      ...(this.#forecast && { forecast: this.#forecast }),
    };
  }

  #counts(): RunStatus['tickets'] {
    const { tickets, containers, completed, deferred, blocked } = this.#fold.state;
    const counts = { completed: 0, landing: 0, running: 0, waiting: 0, deferred: 0, blocked: 0 };
    for (const id of tickets) {
      if (containers.has(id)) continue;
      if (completed.has(id)) counts.completed += 1;
      else if (deferred.has(id)) counts.deferred += 1;
      else if (this.#agents.has(id)) counts.running += 1;
      else if (this.#landing.has(id)) counts.landing += 1;
      else if (blocked.has(id)) counts.blocked += 1;
      else counts.waiting += 1;
    }
    return counts;
  }
}
