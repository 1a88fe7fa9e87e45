/** So many looks in a row are not missed by a busy machine: it slept, or everything was stopped. */
const MISSED_LOOKS = 3;

/** The time that has passed while there was somebody to look: what was frozen does not count. In milliseconds. */
export class AwakeTime {
  readonly #interval: number;
  #last: number;
  #passed = 0;

  /** `interval`: from one look to the next. */
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
