import type { Clock } from '../context/clock.ts';

/** Something that a person may change during a run. */
export interface LiveInput {
  /** Whether it has changed since `take`. */
  hasChanged(): Promise<boolean>;
  /** Applies the change. */
  take(): Promise<void>;
}

/** How often to look for changes while nothing else happens. Watching folders would miss some changes. */
const LOOK_INTERVAL_MS = 1_000;

/** All live inputs of a run. */
export class LiveInputs {
  readonly #inputs: readonly LiveInput[];
  readonly #clock: Clock;
  #cancel = (): void => {};
  #closed = false;

  constructor(inputs: readonly LiveInput[], clock: Clock) {
    this.#inputs = inputs;
    this.#clock = clock;
  }

  async hasChanged(): Promise<boolean> {
    const changes = await Promise.all(this.#inputs.map((input) => input.hasChanged()));
    return changes.includes(true);
  }

  async take(): Promise<void> {
    for (const input of this.#inputs) if (await input.hasChanged()) await input.take();
  }

  /** Calls back whenever an input has changed, until `close`. */
  watch(onChange: () => void): void {
    this.#cancel = this.#clock.after(LOOK_INTERVAL_MS, () => {
      void this.hasChanged()
        .then((changed) => changed && onChange())
        // The next `take` reports why it cannot be read.
        .catch(onChange)
        .finally(() => this.#closed || this.watch(onChange));
    });
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
  }
}
