export interface LandingTurnsOptions {
  /** Lands what is queued now. */
  readonly land: () => Promise<void>;
  readonly onError: (error: unknown) => void;
  /** A turn is over: to be answered with `over`. */
  readonly onOver: () => void;
}

/** Lands in turns, one at a time: what is queued during one is for the next. */
export class LandingTurns {
  readonly #options: LandingTurnsOptions;
  #state: 'idle' | 'busy' | 'busy, and more is queued' = 'idle';

  constructor(options: LandingTurnsOptions) {
    this.#options = options;
  }

  get idle(): boolean {
    return this.#state === 'idle';
  }

  start(): void {
    if (this.#state !== 'idle') {
      this.#state = 'busy, and more is queued';
      return;
    }
    this.#state = 'busy';
    const { land, onError, onOver } = this.#options;
    void land().catch(onError).finally(onOver);
  }

  /** Says whether there is more to land. */
  over(): boolean {
    const more = this.#state === 'busy, and more is queued';
    this.#state = 'idle';
    return more;
  }
}
