/** Lands in turns, one at a time. What is queued during a turn gets another turn. */
export class LandingTurns {
  readonly #land: () => Promise<void>;
  readonly #onOver: (error?: unknown) => void;
  #state: 'idle' | 'landing' | 'landing, with more to land' = 'idle';

  /**
   * `onOver` is called when a turn has ended, with the error of `land` if there is one. The caller then calls `over`.
   */
  constructor(land: () => Promise<void>, onOver: (error?: unknown) => void) {
    this.#land = land;
    this.#onOver = onOver;
  }

  get idle(): boolean {
    return this.#state === 'idle';
  }

  start(): void {
    if (this.#state !== 'idle') {
      this.#state = 'landing, with more to land';
      return;
    }
    this.#state = 'landing';
    this.#land().then(
      () => this.#onOver(),
      (error: unknown) => this.#onOver(error ?? new Error('landing failed')),
    );
  }

  /** Ends the turn. Returns whether there is more to land. */
  over(): boolean {
    const more = this.#state === 'landing, with more to land';
    this.#state = 'idle';
    return more;
  }
}
