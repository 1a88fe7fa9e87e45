import type { Allowance } from '@sage/scheduler';
import type { AgentReport, AttemptResult } from '@sage/workers';
import { type BudgetLimits, overBudget } from './budget.ts';
import { BudgetWatch, type Cut } from './budget-watch.ts';
import type { Clock } from '../clock.ts';
import { FleetLimit } from './fleet-limit.ts';
import type { RunState } from '../journal/run-state.ts';

export interface AdmissionOptions {
  readonly budget?: BudgetLimits | undefined;
  /** Whether to wait where the account is at its limit; else nothing more starts. */
  readonly wait: boolean;
  readonly clock: Clock;
  readonly state: () => RunState;
}

/** Whether another agent may start: what the account allows, and what the person wants to spend. */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #fleet: FleetLimit;
  readonly #budget: BudgetWatch;
  /** Retries that agents at work have told of. */
  readonly #retries = new Map<string, number>();
  #turnedAway = false;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#fleet = new FleetLimit(
      () => options.state().workers,
      () => options.clock.now().getTime(),
    );
    this.#budget = new BudgetWatch(options.budget ?? {}, options.state);
  }

  /**
   * Milliseconds until one may start, 0 for now, Infinity as long as nothing else happens. `working` agents are at
   * work, `running` attempts are not over.
   */
  startsIn(working: number, running: number): number {
    if (this.#turnedAway && !this.#options.wait) return Infinity;
    if (this.overBudget(running) !== undefined) return Infinity;
    const pause = this.#fleet.remaining();
    if (pause > 0) return pause;
    return working < this.#fleet.window ? 0 : this.#fleet.growsIn();
  }

  /** How many may work at the same time from when on (ms from now), as far as the account is concerned. */
  outlook(): Allowance[] {
    return this.#turnedAway && !this.#options.wait ? [] : this.#fleet.outlook();
  }

  /** Why no further attempt may start beside those that run. */
  overBudget(running: number): string | undefined {
    return overBudget(this.#options.budget ?? {}, this.#options.state(), running);
  }

  /** Why a ticket may not be tried any more. */
  overTicketBudget(ticket: string): string | undefined {
    return this.#budget.overTicket(ticket);
  }

  /** `end` ends the attempt, where it goes over a budget. */
  started(ticket: string, end: () => void): void {
    this.#budget.started(ticket, end);
  }

  /** What an agent tells while it works. */
  heard(ticket: string, report: AgentReport): void {
    this.#budget.reported(ticket, report);
    const { retries = 0 } = report;
    if (retries > (this.#retries.get(ticket) ?? 0)) this.#fleet.slowed();
    this.#retries.set(ticket, retries);
  }

  /** Returns why an attempt was cut off, where it was. */
  ended(ticket: string, outcome: AttemptResult['outcome'] | undefined): Cut | undefined {
    this.#retries.delete(ticket);
    if (outcome === 'completed' || outcome === 'deferred') this.#fleet.workGotThrough();
    return this.#budget.ended(ticket);
  }

  /** An agent was turned away by its account; returns in words what follows from it. */
  turnedAway(retryAfter: number | undefined): string {
    this.#turnedAway = true;
    const pause = Math.ceil(this.#fleet.turnedAway(retryAfter) / 1000);
    if (!this.#options.wait) return 'nothing more starts';
    return `no worker starts for ${pause} s, ${this.#fleet.window} at most work at a time then`;
  }
}
