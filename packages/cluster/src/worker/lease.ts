import type { Job } from 'bullmq';

/** The share of the lease after which the worker itself considers it lost, before anyone else may. */
const SAFE_PART = 0.9;
/** How often the lease is renewed within its duration. */
const RENEWALS = 3;

/**
 * The right to work on an attempt, renewed at the broker. If it cannot be renewed in time, measured by a monotonic
 * clock, it is lost, because another worker may then have the attempt.
 */
export class Lease {
  readonly #lost = new AbortController();
  readonly #renew: () => Promise<boolean>;
  readonly #duration: number;
  readonly #now: () => number;
  #renewed: number;
  #timer: NodeJS.Timeout | undefined;
  #asking = false;

  /** `renew` resolves with whether the lease is still this worker's. */
  constructor(duration: number, renew: () => Promise<boolean>, now: () => number = () => performance.now()) {
    this.#duration = duration;
    this.#renew = renew;
    this.#now = now;
    this.#renewed = now();
  }

  static of(job: Pick<Job, 'extendLock'>, token: string, duration: number): Lease {
    return new Lease(duration, async () => (await job.extendLock(token, duration)) === 1);
  }

  /** Aborted when the lease is lost. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  start(): this {
    this.#timer = setInterval(() => this.look(), this.#duration / RENEWALS / 4);
    return this;
  }

  /** Checks the clock, and renews the lease when it is time. */
  look(): void {
    const age = this.#now() - this.#renewed;
    if (age > this.#duration * SAFE_PART) return this.#lose();
    if (age < this.#duration / RENEWALS || this.#asking) return;
    this.#asking = true;
    // The lease counts from the request, not from the answer.
    const asked = this.#now();
    this.#renew()
      .then((still) => (still ? (this.#renewed = asked) : this.#lose()))
      .catch(() => {}) // The broker cannot be reached; the clock decides.
      .finally(() => (this.#asking = false));
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #lose(): void {
    this.end();
    this.#lost.abort();
  }
}
