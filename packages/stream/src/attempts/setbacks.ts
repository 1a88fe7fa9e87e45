import type { Scheduler } from '@sage/scheduler';
import type { DeferCategory, Ticket } from '@sage/tickets';
import type { Workers } from '@sage/workers';
import type { Clock } from '../clock.ts';
import type { Landing } from '../landing/landing.ts';
import type { RunLog } from '../journal/run-log.ts';

/** How often a ticket whose work conflicts is made anew on the new tip before it is deferred. */
export const CONFLICT_RETRIES = 1;

export interface SetbacksOptions {
  readonly log: RunLog;
  readonly scheduler: Scheduler;
  readonly landing: Landing;
  readonly workers: Workers;
  readonly clock: Clock;
  readonly maxAttempts: number;
  /** Why a ticket may not be tried any more, whatever its attempts. */
  readonly overBudget: (ticket: string) => string | undefined;
}

/** Why a ticket has not landed this time, and what is left of its work. */
export interface NotLanded {
  readonly category: DeferCategory;
  readonly reason: string;
  readonly commit: string | undefined;
}

/** What becomes of a ticket that has not landed: it is tried again, or deferred with its reason and its work kept. */
export class Setbacks {
  readonly #options: SetbacksOptions;

  constructor(options: SetbacksOptions) {
    this.#options = options;
  }

  /** An attempt failed, or its work did not pass: again, as often as a ticket may be tried. */
  async failed(ticket: Ticket, last: NotLanded): Promise<void> {
    const { attempts, conflicts } = this.#options.log.state;
    const counted = (attempts.get(ticket.id) ?? 0) - (conflicts.get(ticket.id) ?? 0);
    await this.#again(counted < this.#options.maxAttempts, ticket, last);
  }

  /** Its work conflicts with what has landed meanwhile: once more, on the new tip. */
  async conflicted(ticket: Ticket, last: NotLanded): Promise<void> {
    const conflicts = this.#options.log.state.conflicts.get(ticket.id) ?? 0;
    await this.#again(conflicts <= CONFLICT_RETRIES, ticket, last);
  }

  async deferred(ticket: Ticket, { category, reason, commit }: NotLanded): Promise<void> {
    const { log, scheduler, landing, workers, clock } = this.#options;
    const attempts = log.state.attempts.get(ticket.id) ?? 0;
    const ref = commit === undefined ? undefined : await workers.keep(ticket.id, commit, 'deferred');
    await log.emit({
      event: 'ticket.deferred',
      ticket: ticket.id,
      category,
      reason,
      attempts,
      ...(ref !== undefined && { ref }),
    });
    scheduler.deferred(ticket.id);
    await landing.recordDeferred(ticket.id, { category, reason, attempts, at: clock.now().toISOString() });
  }

  async #again(again: boolean, ticket: Ticket, last: NotLanded): Promise<void> {
    const { scheduler, overBudget } = this.#options;
    if (!again) return this.deferred(ticket, last);
    const spent = overBudget(ticket.id);
    if (spent !== undefined)
      return this.deferred(ticket, { ...last, category: 'budget', reason: `${spent}; ${last.reason}` });
    // Whoever hangs is likely to hang again: not at once.
    if (last.category === 'stalled') scheduler.failed(ticket.id);
    else scheduler.released(ticket.id);
  }
}
