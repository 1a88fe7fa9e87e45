/** A gap between two looks that is longer was no work of anybody: the machine slept, or everything was stopped. */
const LONGEST_GAP_MS = 3_000;

/** The time that has passed while there was somebody to look: what was frozen does not count. In milliseconds. */
export class AwakeTime {
  #last: number;
  #passed = 0;

  constructor(now: number) {
    this.#last = now;
  }

  look(now: number): number {
    this.#passed += Math.min(now - this.#last, LONGEST_GAP_MS);
    this.#last = now;
    return this.#passed;
  }
}
