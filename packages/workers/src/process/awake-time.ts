/**
 * A busy machine does not miss this many checks in a row; if they are missing, it slept or everything was stopped.
 */
const MISSED_LOOKS = 3;

/** Time that excludes sleep and stops of the whole machine, in milliseconds. */
export class AwakeTime {
  readonly #interval: number;
  #last: number;
  #passed = 0;

  /** `interval` is the time between two checks. */
  constructor(now: number, interval: number) {
    this.#last = now;
    this.#interval = interval;
  }

  look(now: number): number {
    const gap = now - this.#last;
    this.#passed += gap > MISSED_LOOKS * this.#interval ? this.#interval : gap;
    this.#last = now;
    return this.#passed;
  }
}
