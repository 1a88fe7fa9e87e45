import type { RunContext } from '../context/run-context.ts';
import { leftOver, overBudget, SILENT_ATTEMPTS, withoutEffect } from './budget.ts';

/** Tells a person about the budget of a run, each fact once. */
export class BudgetNotices {
  readonly #context: Pick<RunContext, 'log' | 'settings' | 'scheduler' | 'notice'>;
  #isSilenceNoticed = false;

  constructor(context: Pick<RunContext, 'log' | 'settings' | 'scheduler' | 'notice'>) {
    this.#context = context;
  }

  /** A limit has no effect on an agent that does not report its usage. */
  onAttemptOver(times = SILENT_ATTEMPTS): void {
    const { log, settings, notice } = this.#context;
    const fact = this.#isSilenceNoticed ? undefined : withoutEffect(settings.budget, log.state, times);
    if (fact === undefined) return;
    this.#isSilenceNoticed = true;
    notice(fact);
  }

  /** Call when nothing runs any more. Until then, agents may use less than was reserved for them. */
  atEnd(): void {
    const { log, settings, scheduler, notice } = this.#context;
    this.onAttemptOver(1);
    if (scheduler.ready === 0) return;
    const reason = overBudget(settings.budget, log.state, 0);
    if (reason !== undefined) notice(`${reason}; ${leftOver(log.state, scheduler.remaining)}`);
  }
}
