import { tellingLines } from '@sage/workers';
import { thenResume } from './then-resume.ts';

/** An attempt that ends sooner than this has hardly worked on its ticket. */
const QUICK_SECONDS = 10;
/** How many different tickets have to end the same way. */
const MIN_TICKETS = 3;

/** The failure of an attempt or of a landing. */
export interface Failure {
  readonly ticket: string;
  readonly reason: string;
  /** For an attempt: its position in the order of starts. */
  readonly nth?: number;
  /** Its output, or a folder that contains it, relative to the repository. */
  readonly log?: string;
}

/**
 * Stops a run that cannot succeed, because the fault is not the tickets' (an invalid key, a verify that fails for
 * everyone). It trips if three different tickets end the same way within their first seconds and no attempt started
 * later completes its ticket. It also trips if verify rejects three tickets with the same last lines and nothing lands
 * in between.
 */
export class Breaker {
  readonly #enabled: boolean;
  readonly #resumeLine: string | undefined;
  readonly #failures = new Map<string, Map<string, Failure>>();
  #tripped: string | undefined;
  #common: ReadonlyMap<string, Failure> = new Map();

  constructor(enabled: boolean, resumeLine?: string) {
    this.#enabled = enabled;
    this.#resumeLine = resumeLine;
  }

  /** Why nothing more should start. */
  get tripped(): string | undefined {
    return this.#tripped;
  }

  /** Whether verify fails for everyone. Then nothing can land either. */
  get isVerify(): boolean {
    return [...this.#common.values()].some(({ nth }) => nth === undefined);
  }

  /** Tickets that failed from the common cause. */
  get concerned(): readonly string[] {
    return [...this.#common.keys()];
  }

  onAttemptFailed(failure: Failure, seconds: number): void {
    if (seconds < QUICK_SECONDS) this.#count(`attempt: ${failure.reason}`, failure);
  }

  /** `output` has the last lines of verify. */
  onRejected(failure: Failure, output: string): void {
    // The last line alone may be a sum, such as "1 failed": the line above says what has failed.
    const telling = tellingLines(output.split('\n'));
    this.#count(`verify: ${telling.join('\n')}`, { ...failure, reason: telling.at(-1) ?? failure.reason });
  }

  /** The `nth` attempt has completed its ticket, so earlier failures were not the fault of the agent. */
  onCompleted(nth: number): void {
    this.#forget(({ nth: failed }) => failed !== undefined && failed < nth);
  }

  /** Work has passed verify. */
  onLanded(): void {
    this.#forget(({ nth }) => nth === undefined);
  }

  /** Whether the last failures look alike. Other tickets then go first, as a test. */
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
    // Attempts that started before it tripped may still end the same way.
    if (tickets.size < MIN_TICKETS || this.#tripped !== undefined) return;
    this.#common = tickets;
    const [first] = [...tickets.values()];
    const where = first?.log === undefined ? '' : ` (see ${first.log})`;
    this.#tripped = `${[...tickets.keys()].join(', ')} ended the same way: ${failure.reason}${where}; ${thenResume('correct the cause', this.#resumeLine)} (--keep-going turns this off)`;
  }
}

/** Ids, times and the ticket's own name differ between failures that are the same; exit codes do not. */
function withoutFigures(text: string, ticket: string): string {
  return text.replaceAll(ticket, '').replaceAll(/\b[0-9a-f]{7,}\b|(?<!\bexit code \d*)\d+/g, '#');
}
