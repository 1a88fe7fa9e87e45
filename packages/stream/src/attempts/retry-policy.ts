import type { DeferCategory, Ticket } from '@sage/tickets';
import type { RunContext } from '../context/run-context.ts';
import type { Admission } from '../limits/admission.ts';
import { keepWork } from './keep-work.ts';

/** How often a ticket with conflicting work is repeated on the new tip before it is deferred. */
export const CONFLICT_RETRIES = 1;

/** Why a ticket did not land this time, and the commit with what is left of its work. */
export interface NotLanded {
  readonly category: DeferCategory;
  readonly reason: string;
  readonly commit: string | undefined;
  /** The ref that keeps the work, if any. */
  readonly ref?: string;
}

/** Decides about a ticket that did not land: try it again, or defer it with the reason and keep its work. */
export class RetryPolicy {
  readonly #context: RunContext;
  readonly #admission: Pick<Admission, 'overTicketBudget'>;

  constructor(context: RunContext, admission: Pick<Admission, 'overTicketBudget'>) {
    this.#context = context;
    this.#admission = admission;
  }

  /** An attempt failed, or verify rejected its work. */
  async failed(ticket: Ticket, last: NotLanded): Promise<void> {
    const { log, settings } = this.#context;
    const { attempts, conflicts } = log.state;
    const counted = (attempts.get(ticket.id) ?? 0) - (conflicts.get(ticket.id) ?? 0);
    await this.#retryOrDefer(counted < settings.maxAttempts, ticket, last);
  }

  /** Its work conflicts with what has landed in the meantime. */
  async conflicted(ticket: Ticket, last: NotLanded): Promise<void> {
    const conflicts = this.#context.log.state.conflicts.get(ticket.id) ?? 0;
    await this.#retryOrDefer(conflicts <= CONFLICT_RETRIES, ticket, last);
  }

  async deferred(ticket: Ticket, { category, reason, commit, ref: kept }: NotLanded): Promise<void> {
    const { log, scheduler, states, clock } = this.#context;
    const attempts = log.state.attempts.get(ticket.id) ?? 0;
    const ref = kept ?? (commit && (await keepWork(this.#context, ticket.id, commit, 'deferred')));
    await log.emit({ event: 'ticket.deferred', ticket: ticket.id, category, reason, attempts, ref });
    scheduler.deferred(ticket.id);
    await states.recordDeferred(ticket.id, { category, reason, attempts, at: clock.now().toISOString() });
  }

  async #retryOrDefer(retry: boolean, ticket: Ticket, last: NotLanded): Promise<void> {
    const { scheduler } = this.#context;
    if (!retry) return this.deferred(ticket, last);
    const spent = this.#admission.overTicketBudget(ticket.id);
    if (spent !== undefined)
      return this.deferred(ticket, { ...last, category: 'budget', reason: `${spent}; ${last.reason}` });
    // An agent that hangs is likely to hang again at once, so it gets a pause.
    if (last.category === 'stalled') scheduler.failed(ticket.id);
    else scheduler.released(ticket.id);
  }
}
