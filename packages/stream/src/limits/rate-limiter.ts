import type { Allowance } from '@sage/scheduler';

/** The pause after the first rate limit, and the longest pause. */
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 5 * 60_000;
/** Accounts do not announce a reset further away than this (a week). */
const FURTHEST_RESET_MS = 7 * 86_400_000;
/** Agents report every retry. All retries within this time count as one. */
const RETRY_WINDOW_MS = 10_000;
/**
 * After each period of this length without a sign of a limit, one more agent may run. Otherwise an agent that hangs
 * would block the others.
 */
const QUIET_MS = 60_000;

/**
 * Rate limits belong to the account, and so to all workers. While the limiter is closed, no agent starts. Each rate
 * limit halves how many agents may run at the same time; each success and each quiet minute adds one: additive
 * increase, multiplicative decrease (Chiu and Jain 1989).
 */
export class RateLimiter {
  readonly #workers: () => number;
  readonly #now: () => number;
  /** Unlimited until the first sign of a limit. */
  #window = Infinity;
  #pause = FIRST_PAUSE_MS;
  #closedUntil = 0;
  #noticed = -Infinity;
  #lastSign = -Infinity;

  /** `workers` returns how many there are, which may change. */
  constructor(workers: () => number, now: () => number) {
    this.#workers = workers;
    this.#now = now;
  }

  /** How many agents may run at the same time. */
  get window(): number {
    return this.#windowAt(this.#now());
  }

  /** Milliseconds until one more may run without a success; Infinity if all may. */
  growsIn(): number {
    if (this.window === this.#workers()) return Infinity;
    return QUIET_MS - ((this.#now() - this.#lastSign) % QUIET_MS);
  }

  /**
   * How many agents may run at the same time, and from when on (ms from now), if there is no further sign of a limit.
   */
  outlook(): Allowance[] {
    const opens = this.remaining();
    const steps: Allowance[] = [{ from: opens, workers: this.#windowAt(this.#now() + opens) }];
    for (let workers = steps[0]!.workers + 1; workers <= this.#workers(); workers++) {
      const grown = this.#lastSign + (workers - this.#window) * QUIET_MS;
      steps.push({ from: grown - this.#now(), workers });
    }
    return steps;
  }

  /** Milliseconds until starts are allowed; 0 if they are. */
  remaining(): number {
    return Math.max(0, this.#closedUntil - this.#now());
  }

  /**
   * The account has rejected an agent. Closes until the announced reset (`retryAfter`, ms), otherwise for twice the
   * last pause. Workers that are rejected at the same time close it once. Returns the pause in ms.
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

  /** An agent retries by itself, an early sign of a limit. Running agents continue, and fewer start. */
  onRetry(): void {
    if (this.#now() - this.#noticed < RETRY_WINDOW_MS) return;
    this.#noticed = this.#now();
    this.#halve();
  }

  /** An attempt has ended with a result. */
  onSuccess(): void {
    this.#pause = FIRST_PAUSE_MS;
    // A smaller number of workers does not change what the account is known to allow.
    this.#window = Math.max(this.#window, Math.min(this.#workers(), this.#window + 1));
  }

  #windowAt(time: number): number {
    const quiet = Math.max(0, time - this.#lastSign);
    return Math.min(this.#workers(), this.#window + Math.floor(quiet / QUIET_MS));
  }

  #halve(): void {
    this.#window = Math.max(1, Math.floor(this.window / 2));
    // Quiet time begins only after it opens.
    this.#lastSign = Math.max(this.#lastSign, this.#now());
  }
}
