import type { Clock } from '../context/clock.ts';

/** The time until a landing that the machine failed is tried again. Its entry is still queued. */
export class LandingPause {
  readonly #clock: Clock;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isOn(): boolean {
    return this.#cancel !== undefined;
  }

  begin(milliseconds: number, onOver: () => void): void {
    this.end();
    this.#cancel = this.#clock.after(milliseconds, () => {
      this.#cancel = undefined;
      onOver();
    });
  }

  end(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
