import type { Allowance } from '@sage/scheduler';

/** The pause after the first rate limit, and the longest one. */
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 5 * 60_000;
/** Accounts do not name a reset further away than this (a week). */
const FURTHEST_RESET_MS = 7 * 86_400_000;
/** Agents report every retry; within this time all of them count once. */
const RETRY_WINDOW_MS = 10_000;
/** After each such time without a sign one more agent may run: an agent that hangs must not block the others. */
const QUIET_MS = 60_000;

/**
 * Rate limits belong to the account, so to all workers. While the limiter is closed nobody starts. How many agents may
 * run at the same time is halved by each rate limit, and grows by one with each success and each quiet minute: additive
 * increase, multiplicative decrease (Chiu and Jain 1989).
 */
export class RateLimiter {
  readonly #workers: () => number;
  readonly #now: () => number;
  /** No limit before the first sign of one. */
  #window = Infinity;
  #pause = FIRST_PAUSE_MS;
  #closedUntil = 0;
  #noticed = -Infinity;
  #lastSign = -Infinity;

  /** `workers`: how many there are; it may change. */
  constructor(workers: () => number, now: () => number) {
    this.#workers = workers;
    this.#now = now;
  }

  /** Agents that may run at the same time. */
  get window(): number {
    return this.#windowAt(this.#now());
  }

  /** Milliseconds until one more may run without a success; Infinity when all may. */
  growsIn(): number {
    if (this.window === this.#workers()) return Infinity;
    return QUIET_MS - ((this.#now() - this.#lastSign) % QUIET_MS);
  }

  /** How many agents may run at the same time, from when on (ms from now), if no further sign comes. */
  outlook(): Allowance[] {
    const opens = this.remaining();
    const steps: Allowance[] = [{ from: opens, workers: this.#windowAt(this.#now() + opens) }];
    for (let workers = steps[0]!.workers + 1; workers <= this.#workers(); workers++) {
      const grown = this.#lastSign + (workers - this.#window) * QUIET_MS;
      steps.push({ from: grown - this.#now(), workers });
    }
    return steps;
  }

  /** Milliseconds until starts are allowed; 0 when they are. */
  remaining(): number {
    return Math.max(0, this.#closedUntil - this.#now());
  }

  /**
   * The account has turned an agent away. Closes until the reset that it named (`retryAfter`, ms), else for twice the
   * last pause; workers that are rejected together close it once. Returns the pause in ms.
   */
  onRateLimited(retryAfter?: number): number {
    if (this.remaining() === 0) {
      this.#halve();
      this.#closedUntil = this.#now() + this.#pause;
      this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
    }
    const told = this.#now() + Math.min(retryAfter ?? 0, FURTHEST_RESET_MS);
    this.#closedUntil = Math.max(this.#closedUntil, told);
    // Nothing can be learned while it is closed.
    this.#lastSign = this.#closedUntil;
    return this.remaining();
  }

  /** An agent retries by itself, the early sign of a limit: running agents continue, fewer start. */
  onRetry(): void {
    if (this.#now() - this.#noticed < RETRY_WINDOW_MS) return;
    this.#noticed = this.#now();
    this.#halve();
  }

  /** An attempt has come to a result. */
  onSuccess(): void {
    this.#pause = FIRST_PAUSE_MS;
    // Fewer workers do not change what the account is known to bear.
    this.#window = Math.max(this.#window, Math.min(this.#workers(), this.#window + 1));
  }

  #windowAt(time: number): number {
    const quiet = Math.max(0, time - this.#lastSign);
    return Math.min(this.#workers(), this.#window + Math.floor(quiet / QUIET_MS));
  }

  #halve(): void {
    this.#window = Math.max(1, Math.floor(this.window / 2));
    // The quiet time does not begin before it opens.
    this.#lastSign = Math.max(this.#lastSign, this.#now());
  }
}
