import type { RunState, Spent } from '@sage/journal';
import type { BudgetLimits } from '../context/run-context.ts';
import { exceeded } from './budget.ts';

/** Why an attempt was cut off: its ticket, or the whole run, has used up its budget. */
export interface Cut {
  readonly of: 'ticket' | 'run';
  readonly reason: string;
}

/** A figure that was not reported is absent. */
type Told = { readonly [K in keyof Spent]?: number };

/** Compares the reports of running agents with the limits, and cuts off those that exceed them. */
export class BudgetWatch {
  readonly #limits: BudgetLimits;
  readonly #state: () => RunState;
  readonly #running = new Map<string, { told: Spent; end: () => void }>();
  readonly #cuts = new Map<string, Cut>();

  constructor(limits: BudgetLimits, state: () => RunState) {
    this.#limits = limits;
    this.#state = state;
  }

  /** `end` ends the attempt. */
  started(ticket: string, end: () => void): void {
    this.#cuts.delete(ticket);
    this.#running.set(ticket, { told: { costUsd: 0, tokens: 0 }, end });
  }

  /** The usage of the attempt so far. */
  reported(ticket: string, { costUsd = 0, tokens = 0 }: Told): void {
    const attempt = this.#running.get(ticket);
    if (attempt === undefined) return;
    attempt.told = { costUsd, tokens };
    const own = this.overTicket(ticket);
    if (own !== undefined) this.#cut(ticket, { of: 'ticket', reason: own });
    const { maxCost, maxTokens } = this.#limits;
    const all = exceeded({ cost: maxCost, tokens: maxTokens }, this.#total(), 'the run');
    if (all === undefined) return;
    for (const other of this.#running.keys()) this.#cut(other, { of: 'run', reason: all });
  }

  /** The attempt is over. Returns why it was cut off, if it was. Its figures are in the journal from now on. */
  ended(ticket: string): Cut | undefined {
    this.#running.delete(ticket);
    return this.#cuts.get(ticket);
  }

  /** Why a ticket may not be tried again. */
  overTicket(ticket: string): string | undefined {
    const { maxTicketCost, maxTicketTokens } = this.#limits;
    const before = this.#state().spent.get(ticket);
    const used = sum(before, this.#running.get(ticket)?.told);
    return exceeded({ cost: maxTicketCost, tokens: maxTicketTokens }, used, 'the ticket');
  }

  #total(): Spent {
    return [...this.#running.values()].reduce<Spent>((all, { told }) => sum(all, told), this.#state().usage);
  }

  #cut(ticket: string, cut: Cut): void {
    if (this.#cuts.has(ticket)) return;
    this.#cuts.set(ticket, cut);
    this.#running.get(ticket)?.end();
  }
}

function sum(one: Spent = { costUsd: 0, tokens: 0 }, other: Spent = { costUsd: 0, tokens: 0 }): Spent {
  return { costUsd: one.costUsd + other.costUsd, tokens: one.tokens + other.tokens };
}
