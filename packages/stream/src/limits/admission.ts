import type { Allowance } from '@sage/scheduler';
import type { AgentReport, AttemptResult } from '@sage/workers';
import type { RunContext } from '../context/run-context.ts';
import { overBudget } from './budget.ts';
import { BudgetWatch, type Cut } from './budget-watch.ts';
import { MachineHealth } from './machine-health.ts';
import { RateLimiter } from './rate-limiter.ts';
import { waitingTime } from './waiting-time.ts';

/** Ends of attempts whose agent was able to work. */
const AT_WORK: ReadonlySet<AttemptResult['outcome']> = new Set(['completed', 'deferred', 'failed']);

/** Decides whether another agent may start, based on the limits of the account and on the user's budget. */
export class Admission {
  readonly #context: Pick<RunContext, 'log' | 'clock' | 'settings'>;
  readonly #limiter: RateLimiter;
  readonly #budget: BudgetWatch;
  readonly #machine: MachineHealth;
  /** Retries that each running agent has reported. */
  readonly #retries = new Map<string, number>();
  #rateLimited = false;

  constructor(context: Pick<RunContext, 'log' | 'clock' | 'settings'>) {
    const { log, clock, settings } = context;
    this.#context = context;
    this.#limiter = new RateLimiter(
      () => log.state.workers,
      () => clock.elapsed(),
    );
    this.#budget = new BudgetWatch(settings.budget, () => log.state);
    this.#machine = new MachineHealth(() => clock.elapsed());
  }

  /**
   * Milliseconds until another agent may start: 0 means now, Infinity that something else has to happen first.
   * `working` counts running agents, `running` counts attempts that are not over.
   */
  startDelay(working: number, running: number): number {
    if (this.#rateLimited && !this.#context.settings.wait) return Infinity;
    if (this.overBudget(running) !== undefined) return Infinity;
    const pause = Math.max(this.#limiter.remaining(), this.#machine.remaining());
    if (pause > 0) return pause;
    return working < this.#limiter.window ? 0 : this.#limiter.growsIn();
  }

  /** How many agents the account allows at the same time, and from when on (ms from now). */
  outlook(): Allowance[] {
    return this.#rateLimited && !this.#context.settings.wait ? [] : this.#limiter.outlook();
  }

  /** Why no further attempt may start beside the running ones. */
  overBudget(running: number): string | undefined {
    const { log, settings } = this.#context;
    return overBudget(settings.budget, log.state, running);
  }

  /** Why a ticket may not be tried again. */
  overTicketBudget(ticket: string): string | undefined {
    return this.#budget.overTicket(ticket);
  }

  /** `end` ends the attempt if it exceeds a budget. */
  onAttemptStarted(ticket: string, end: () => void): void {
    this.#budget.started(ticket, end);
  }

  /** Called for reports of a running agent. */
  onAgentReport(ticket: string, report: AgentReport): void {
    this.#budget.reported(ticket, report);
    const { retries = 0 } = report;
    if (retries > (this.#retries.get(ticket) ?? 0)) this.#limiter.onRetry();
    this.#retries.set(ticket, retries);
  }

  /** Returns why the attempt was cut off, if it was. */
  onAttemptEnded(ticket: string, outcome: AttemptResult['outcome'] | undefined): Cut | undefined {
    this.#retries.delete(ticket);
    if (outcome === 'completed' || outcome === 'deferred') this.#limiter.onSuccess();
    if (outcome !== undefined && AT_WORK.has(outcome)) this.#machine.worked();
    return this.#budget.ended(ticket);
  }

  /** The machine failed. Returns the consequence in words; undefined if waiting has not helped. */
  onMachineFailed(): string | undefined {
    const pause = this.#machine.failed();
    return pause === undefined ? undefined : `not counted, nothing starts for ${waitingTime(pause)}`;
  }

  /** Milliseconds until the machine is tried again. */
  machinePause(): number {
    return this.#machine.remaining();
  }

  /** The account has rejected an agent. Returns the consequence in words. */
  onRateLimited(retryAfter: number | undefined): string {
    this.#rateLimited = true;
    const pause = waitingTime(this.#limiter.onRateLimited(retryAfter));
    if (!this.#context.settings.wait) return 'nothing more starts';
    return `no worker starts for ${pause}, ${this.#limiter.window} at most work at a time then`;
  }
}
