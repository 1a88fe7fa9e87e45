/** The first pause after an agent asked to be tried later, and the longest, in milliseconds. */
const FIRST_PAUSE = 2_000;
const LONGEST_PAUSE = 5 * 60_000;

/**
 * Rate limits belong to the account, so to all workers: while the gate is closed nobody starts.
 * Each "try later" in a row doubles the pause; work that gets through opens it for good.
 */
export class StartGate {
  readonly #now: () => number;
  #pause = FIRST_PAUSE;
  #closedUntil = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Returns the pause in milliseconds. Workers that were turned away together close it once. */
  close(): number {
    if (this.remaining() === 0) {
      this.#closedUntil = this.#now() + this.#pause;
      this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
    }
    return this.remaining();
  }

  workGotThrough(): void {
    this.#pause = FIRST_PAUSE;
  }

  /** Milliseconds until starts are allowed; 0 when they are. */
  remaining(): number {
    return Math.max(0, this.#closedUntil - this.#now());
  }
}
