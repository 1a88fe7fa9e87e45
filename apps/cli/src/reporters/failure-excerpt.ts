import type { RunEvent } from '@sage/journal';
import { tellingLines } from '@sage/workers';

/** What stands below a line that reports a failure. */
export interface FailureExcerpt {
  /** The last one or two lines that tell something. */
  readonly telling: readonly string[];
  /** The command that shows the rest, for a shell. */
  readonly command: string;
}

/** Remembers what each ticket failed with: a deferral comes after the failures that it is for. */
export class FailureExcerpts {
  readonly #logs: (ticket: string, attempt?: number) => string;
  readonly #attempts = new Map<string, number>();
  readonly #telling = new Map<string, readonly string[]>();

  /** `logs`: the command that shows the log of a ticket. */
  constructor(logs: (ticket: string, attempt?: number) => string) {
    this.#logs = logs;
  }

  /** Call it with each event, in order; undefined where nothing has failed. */
  take(event: RunEvent): FailureExcerpt | undefined {
    switch (event.event) {
      case 'attempt.finished': {
        const { ticket, attempt, outcome, telling = [] } = event;
        this.#attempts.set(ticket, attempt);
        this.#telling.delete(ticket);
        // Its line is that of the deferral, which follows.
        if (outcome === 'deferred') this.#telling.set(ticket, telling);
        return outcome === 'failed' ? { telling, command: this.#logs(ticket, attempt) } : undefined;
      }
      case 'landing.rejected': {
        const { ticket, reason, output } = event;
        const telling = tellingLines(output.split('\n'), reason);
        return { telling, command: this.#logs(ticket, this.#attempts.get(ticket)) };
      }
      case 'ticket.deferred': {
        // It may have been deferred without an attempt of this run.
        if (!this.#attempts.has(event.ticket)) return undefined;
        return { telling: this.#telling.get(event.ticket) ?? [], command: this.#logs(event.ticket) };
      }
      default:
        return undefined;
    }
  }
}
