import type { Job } from 'bullmq';

/** Part of the lease after which it counts as lost on the worker: before anyone else may think so. */
const SAFE_PART = 0.9;
/** Renewals in the time of a lease. */
const RENEWALS = 3;

/**
 * The right to work on an attempt. It is renewed at the broker; where that was not possible in time, by a clock that does not
 * jump, it is lost: the attempt may be another worker's by then.
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

  /** Looks at the clock, and renews when it is time. */
  look(): void {
    const age = this.#now() - this.#renewed;
    if (age > this.#duration * SAFE_PART) return this.#lose();
    if (age < this.#duration / RENEWALS || this.#asking) return;
    this.#asking = true;
    // The lease counts from when it was asked for, not from when the answer came.
    const asked = this.#now();
    this.#renew()
      .then((still) => (still ? (this.#renewed = asked) : this.#lose()))
      .catch(() => {}) // The broker cannot be reached: the clock decides.
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
