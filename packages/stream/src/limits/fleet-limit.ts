import type { Allowance } from '@sage/scheduler';

/** The first pause after an agent asked to be tried later, and the longest, in milliseconds. */
const FIRST_PAUSE = 2_000;
const LONGEST_PAUSE = 5 * 60_000;
/** A reset further away than this (a week) is nothing that an account tells. */
const FURTHEST_RESET = 7 * 86_400_000;
/** Agents tell every retry; in this time (ms) they count once. */
const NOTICE_WINDOW = 10_000;
/** One more may work after each such time (ms) without a sign: an agent that hangs must not hold up the others. */
const QUIET = 60_000;

/**
 * Rate limits belong to the account, so to all workers. While the limit is closed nobody starts; how many may work at
 * the same time is halved by each "try later" and grows by one with each work that gets through, and with each quiet
 * minute: additive increase, multiplicative decrease (Chiu and Jain 1989).
 */
export class FleetLimit {
  readonly #workers: () => number;
  readonly #now: () => number;
  /** As long as there was no sign of a limit, none. */
  #window = Infinity;
  #pause = FIRST_PAUSE;
  #closedUntil = 0;
  #noticed = -Infinity;
  #lastSign = -Infinity;

  /** `workers`: how many there are; it may change. */
  constructor(workers: () => number, now: () => number) {
    this.#workers = workers;
    this.#now = now;
  }

  /** Agents that may work at the same time. */
  get window(): number {
    return this.#windowAt(this.#now());
  }

  /** Milliseconds until one more may work, without any work getting through; Infinity when all may. */
  growsIn(): number {
    if (this.window === this.#workers()) return Infinity;
    return QUIET - ((this.#now() - this.#lastSign) % QUIET);
  }

  /** How many may work at the same time from when on (ms from now), if no further sign comes. */
  outlook(): Allowance[] {
    const opens = this.remaining();
    const steps: Allowance[] = [{ from: opens, workers: this.#windowAt(this.#now() + opens) }];
    for (let workers = steps[0]!.workers + 1; workers <= this.#workers(); workers++) {
      const grown = this.#lastSign + (workers - this.#window) * QUIET;
      steps.push({ from: grown - this.#now(), workers });
    }
    return steps;
  }

  /** Milliseconds until starts are allowed; 0 when they are. */
  remaining(): number {
    return Math.max(0, this.#closedUntil - this.#now());
  }

  /**
   * An agent was turned away. Closes until the time that the account told (`retryAfter`, ms), else for twice the
   * last pause; workers that are turned away together close it once. Returns the pause.
   */
  turnedAway(retryAfter?: number): number {
    if (this.remaining() === 0) {
      this.#halve();
      this.#closedUntil = this.#now() + this.#pause;
      this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
    }
    const told = this.#now() + Math.min(retryAfter ?? 0, FURTHEST_RESET);
    this.#closedUntil = Math.max(this.#closedUntil, told);
    // While it is closed nothing can be learned.
    this.#lastSign = this.#closedUntil;
    return this.remaining();
  }

  /** An agent tells that it retries by itself: the early sign. Who works goes on, fewer start. */
  slowed(): void {
    if (this.#now() - this.#noticed < NOTICE_WINDOW) return;
    this.#noticed = this.#now();
    this.#halve();
  }

  workGotThrough(): void {
    this.#pause = FIRST_PAUSE;
    // Where workers were taken away, what the account is known to bear stays.
    this.#window = Math.max(this.#window, Math.min(this.#workers(), this.#window + 1));
  }

  #windowAt(time: number): number {
    const quiet = Math.max(0, time - this.#lastSign);
    return Math.min(this.#workers(), this.#window + Math.floor(quiet / QUIET));
  }

  #halve(): void {
    this.#window = Math.max(1, Math.floor(this.window / 2));
    // A sign while it is closed does not make the quiet begin before it opens.
    this.#lastSign = Math.max(this.#lastSign, this.#now());
  }
}
