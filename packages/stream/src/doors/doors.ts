import type { Clock } from '../clock.ts';

/** Something that a person may change while a run works. */
export interface Door {
  hasNews(): Promise<boolean>;
  /** What follows from the news. */
  take(): Promise<void>;
}

/** How often it is looked at them while nothing else happens (ms). Watching folders would miss some changes. */
const INTERVAL = 1_000;

/** All doors of a run. */
export class Doors {
  readonly #doors: readonly Door[];
  readonly #clock: Clock;
  #cancel = (): void => {};
  #closed = false;

  constructor(doors: readonly Door[], clock: Clock) {
    this.#doors = doors;
    this.#clock = clock;
  }

  async hasNews(): Promise<boolean> {
    const news = await Promise.all(this.#doors.map((door) => door.hasNews()));
    return news.includes(true);
  }

  async take(): Promise<void> {
    for (const door of this.#doors) if (await door.hasNews()) await door.take();
  }

  /** Calls back whenever there are news, until `close`. */
  watch(onNews: () => void): void {
    this.#cancel = this.#clock.after(INTERVAL, () => {
      void this.hasNews()
        .then((news) => news && onNews())
        // Whoever looks next says why it cannot be looked at.
        .catch(onNews)
        .finally(() => this.#closed || this.watch(onNews));
    });
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
  }
}
