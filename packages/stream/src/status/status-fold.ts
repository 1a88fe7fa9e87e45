import type { DeferCategory } from '@sage/tickets';
import type { RunEvent, RunOutcome } from '../journal/events.ts';
import { RunFold } from '../journal/run-state.ts';

/** An agent at work; of a run that was killed, one that was cut off. */
export interface AgentStatus {
  readonly ticket: string;
  readonly title: string;
  readonly worker: number;
  readonly attempt: number;
  /** ISO 8601, UTC, as all times here. */
  readonly since: string;
  /** Seconds without any output, where it was told. */
  readonly quiet?: number;
}

export interface RunStatus {
  readonly v: 1;
  /** `paused`: agents at work go on. `killed`: it has told no end, and its coordinator is gone. */
  readonly state: 'working' | 'paused' | 'killed' | RunOutcome;
  readonly run: string;
  /** Full ref. */
  readonly target: string;
  readonly agent: string;
  /** How many may work at the same time. */
  readonly workers: number;
  readonly started: string;
  /** When it was gone on with, where it was. */
  readonly resumed?: string;
  /** Time of the last event. */
  readonly updated: string;
  readonly ended?: string;
  /** Why it stopped. */
  readonly reason?: string;
  /** Each ticket of the run is counted once. */
  readonly tickets: {
    readonly completed: number;
    readonly landing: number;
    readonly running: number;
    /** To be done, ready or not. */
    readonly waiting: number;
    readonly deferred: number;
    /** Known when the run has ended. */
    readonly blocked: number;
  };
  /** By worker. */
  readonly agents: readonly AgentStatus[];
  readonly landing: readonly string[];
  readonly deferred: readonly {
    readonly ticket: string;
    readonly category: DeferCategory;
    readonly reason: string;
    readonly attempts: number;
  }[];
  readonly blocked: readonly { readonly ticket: string; readonly by: readonly string[] }[];
  /** Of attempts that have ended, as far as agents tell. */
  readonly usage?: { readonly tokens?: number; readonly costUsd?: number };
  readonly forecast?: {
    readonly told: string;
    readonly remaining: number;
    readonly expected: string;
    readonly low: string;
    readonly high: string;
  };
}

/** Folds the events of a run into its status. Events it does not know leave it as it is. */
export class StatusFold {
  readonly #fold = new RunFold();
  #started: Extract<RunEvent, { event: 'run.started' }> | undefined;
  #first = '';
  #updated = '';
  #finished: Extract<RunEvent, { event: 'run.finished' }> | undefined;
  #forecast: RunStatus['forecast'];
  readonly #agents = new Map<string, AgentStatus>();
  readonly #landing = new Set<string>();
  readonly #blocked = new Map<string, readonly string[]>();

  /** When the last process of the run began it; empty where none has. */
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
        this.#blocked.clear();
        return;
      case 'ticket.started': {
        const { ticket, title, worker, attempt, time } = event;
        this.#agents.set(ticket, { ticket, title, worker, attempt, since: time });
        this.#landing.delete(ticket);
        return;
      }
      case 'ticket.quiet': {
        const agent = this.#agents.get(event.ticket);
        if (!agent) return;
        const { quiet: _, ...others } = agent;
        this.#agents.set(event.ticket, event.seconds === 0 ? others : { ...others, quiet: event.seconds });
        return;
      }
      case 'ticket.finished':
        this.#agents.delete(event.ticket);
        if (event.outcome === 'completed') this.#landing.add(event.ticket);
        return;
      case 'landing.conflicted':
      case 'landing.rejected':
      case 'ticket.completed':
      case 'ticket.deferred':
        this.#landing.delete(event.ticket);
        return;
      case 'ticket.blocked':
        this.#blocked.set(event.ticket, event.by);
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

  /** `works`: the coordinator of the run lives. There has to be a `run.started`. */
  status(works: boolean): RunStatus {
    const { state } = this.#fold;
    const { agent, time: begun } = this.#started!;
    const finished = this.#finished;
    const { tokens, costUsd, counted, costed } = state.usage;
    const usage = { ...(counted > 0 && { tokens }), ...(costed > 0 && { costUsd }) };
    return {
      v: 1,
      state: finished?.outcome ?? (works ? (state.paused ? 'paused' : 'working') : 'killed'),
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
      blocked: [...this.#blocked].map(([ticket, by]) => ({ ticket, by })),
      ...(counted + costed > 0 && { usage }),
      ...(this.#forecast && { forecast: this.#forecast }),
    };
  }

  #counts(): RunStatus['tickets'] {
    const { tickets, completed, deferred } = this.#fold.state;
    const counts = { completed: 0, landing: 0, running: 0, waiting: 0, deferred: 0, blocked: 0 };
    for (const id of tickets) {
      if (completed.has(id)) counts.completed += 1;
      else if (deferred.has(id)) counts.deferred += 1;
      else if (this.#agents.has(id)) counts.running += 1;
      else if (this.#landing.has(id)) counts.landing += 1;
      else if (this.#blocked.has(id)) counts.blocked += 1;
      else counts.waiting += 1;
    }
    return counts;
  }
}
