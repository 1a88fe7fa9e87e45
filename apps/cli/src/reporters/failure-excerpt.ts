import type { RunEvent } from '@sage/journal';
import { tellingLines } from '@sage/workers';

/** The lines below a line that reports a failure. */
export interface FailureExcerpt {
  /** The last one or two informative lines. */
  readonly telling: readonly string[];
  /** The command that shows the rest, for a shell. */
  readonly command: string;
}

/** Remembers the failure of each ticket, because a deferral comes after the failures that cause it. */
export class FailureExcerpts {
  readonly #logs: (ticket: string, attempt?: number) => string;
  readonly #attempts = new Map<string, number>();
  readonly #telling = new Map<string, readonly string[]>();

  /** `logs` returns the command that shows the log of a ticket. */
  constructor(logs: (ticket: string, attempt?: number) => string) {
    this.#logs = logs;
  }

  /** Call it with each event, in order. Undefined if nothing has failed. */
  take(event: RunEvent): FailureExcerpt | undefined {
    switch (event.event) {
      case 'attempt.finished': {
        const { ticket, attempt, outcome, telling = [] } = event;
        this.#attempts.set(ticket, attempt);
        this.#telling.delete(ticket);
        // It is shown with the deferral that follows.
        if (outcome === 'deferred') this.#telling.set(ticket, telling);
        return outcome === 'failed' ? { telling, command: this.#logs(ticket, attempt) } : undefined;
      }
      case 'landing.rejected': {
        const { ticket, reason, output } = event;
        const telling = tellingLines(output.split('\n'), reason);
        return { telling, command: this.#logs(ticket, this.#attempts.get(ticket)) };
      }
      case 'ticket.deferred': {
        // The deferral may not be due to an attempt of this run.
        if (!this.#attempts.has(event.ticket)) return undefined;
        return { telling: this.#telling.get(event.ticket) ?? [], command: this.#logs(event.ticket) };
      }
      default:
        return undefined;
    }
  }
}
