/** Quotes as JSON, which keeps a message on one line. Long ids are cut. */
function quoted(id: string): string {
  return JSON.stringify(id.length <= 100 ? id : `${id.slice(0, 99).toWellFormed()}…`);
}

/** A number of workers that is neither `auto` nor a whole number from 1. */
export class WorkerCountError extends Error {
  override readonly name = 'WorkerCountError';
  readonly code = 'WORKER_COUNT';
  readonly requested: number | string;

  constructor(requested: number | string) {
    super(`${quoted(String(requested))} is not a number of workers: use "auto" or a whole number from 1.`);
    this.requested = requested;
  }
}

/** Open tickets depend on ids that are neither in the list nor known to be done. */
export class UnknownDependencyError extends Error {
  override readonly name = 'UnknownDependencyError';
  readonly code = 'UNKNOWN_DEPENDENCY';
  readonly missing: readonly { readonly id: string; readonly dependency: string }[];

  constructor(missing: readonly { readonly id: string; readonly dependency: string }[]) {
    const shown = missing.slice(0, 5).map(({ id, dependency }) => `${quoted(id)} on ${quoted(dependency)}`);
    const more = missing.length > shown.length ? ` and ${missing.length - shown.length} more` : '';
    super(`Dependencies on unknown tickets: ${shown.join(', ')}${more}; correct the ids or add the tickets.`);
    this.missing = missing;
  }
}

/** A call that the ticket's state does not allow, such as completing a ticket that is not running. */
export class TransitionError extends Error {
  override readonly name = 'TransitionError';
  readonly code = 'TRANSITION';
  readonly ticket: string;
  readonly state: string;
  readonly transition: string;

  constructor(ticket: string, state: string, transition: string) {
    super(
      `Ticket ${quoted(ticket)} is ${state}: it cannot be ${transition}. Report only tickets that the scheduler has started.`,
    );
    this.ticket = ticket;
    this.state = state;
    this.transition = transition;
  }
}

/** A component limit, a patience, or a number of forecast runs that is not a whole number from 1. */
export class LimitError extends Error {
  override readonly name = 'LimitError';
  readonly code = 'LIMIT';
  readonly limit: string;
  readonly value: number;

  constructor(limit: string, value: number) {
    super(`The limit ${quoted(limit)} is ${value}: use a whole number from 1.`);
    this.limit = limit;
    this.value = value;
  }
}
