import type { Clock } from '../context/clock.ts';

/** The pause before a landing is retried that failed because of the machine. Its entry is still queued. */
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
