/** An attempt that ends sooner than this has hardly worked on its ticket. */
const QUICK_SECONDS = 10;
/** Different tickets that have to end the same way. */
const MIN_TICKETS = 3;

/** How an attempt, or a landing, came to nothing. */
export interface Failure {
  readonly ticket: string;
  readonly reason: string;
  /** Of an attempt: its place in the order of starts. */
  readonly nth?: number;
  /** Where its output is, or a folder that has it, relative to the repository. */
  readonly log?: string;
}

/**
 * Stops a run that cannot succeed. When three different tickets end the same way within their first seconds and none that
 * was started later is completed, or verify rejects them with the same last line and nothing lands in between, the fault is not
 * theirs: a key, a verify that is red for everyone.
 */
export class Breaker {
  readonly #enabled: boolean;
  readonly #failures = new Map<string, Map<string, Failure>>();
  #tripped: string | undefined;
  #common: ReadonlyMap<string, Failure> = new Map();

  constructor(enabled: boolean) {
    this.#enabled = enabled;
  }

  /** Why nothing more should start. */
  get tripped(): string | undefined {
    return this.#tripped;
  }

  /** Whether it is verify that fails for everyone: then nothing can land, either. */
  get isVerify(): boolean {
    return [...this.#common.values()].some(({ nth }) => nth === undefined);
  }

  /** Tickets that the common cause has failed. */
  get concerned(): readonly string[] {
    return [...this.#common.keys()];
  }

  onAttemptFailed(failure: Failure, seconds: number): void {
    if (seconds < QUICK_SECONDS) this.#count(`attempt: ${failure.reason}`, failure);
  }

  /** `output`: the last lines of verify. */
  onRejected(failure: Failure, output: string): void {
    const last = output.trim().split('\n').at(-1)?.trim() ?? '';
    this.#count(`verify: ${last}`, { ...failure, reason: last === '' ? failure.reason : last });
  }

  /** The `nth` attempt that was started has completed its ticket: what failed before it was no fault of the agent. */
  onCompleted(nth: number): void {
    this.#forget(({ nth: failed }) => failed !== undefined && failed < nth);
  }

  /** Work has passed verify. */
  onLanded(): void {
    this.#forget(({ nth }) => nth === undefined);
  }

  /** Whether the last failures look alike: then other tickets go first, to find out. */
  suspects(ticket: string): boolean {
    return this.#enabled && [...this.#failures.values()].some((tickets) => tickets.has(ticket));
  }

  #forget(isOver: (failure: Failure) => boolean): void {
    if (this.#tripped !== undefined) return;
    for (const tickets of this.#failures.values())
      for (const [id, failure] of tickets) if (isOver(failure)) tickets.delete(id);
  }

  #count(kind: string, failure: Failure): void {
    if (!this.#enabled) return;
    const key = withoutFigures(kind, failure.ticket);
    const tickets = this.#failures.get(key) ?? new Map<string, Failure>();
    this.#failures.set(key, tickets.set(failure.ticket, failure));
    // What had started before it tripped may still end the same way.
    if (tickets.size < MIN_TICKETS || this.#tripped !== undefined) return;
    this.#common = tickets;
    const [first] = [...tickets.values()];
    const where = first?.log === undefined ? '' : ` (see ${first.log})`;
    this.#tripped = `${[...tickets.keys()].join(', ')} ended the same way: ${failure.reason}${where}; correct the cause, then run sage stream --resume (--keep-going turns this off)`;
  }
}

/** Ids, times and the ticket's own name differ between failures that are the same; exit codes do not. */
function withoutFigures(text: string, ticket: string): string {
  return text.replaceAll(ticket, '').replaceAll(/\b[0-9a-f]{7,}\b|(?<!\bexit code \d*)\d+/g, '#');
}
