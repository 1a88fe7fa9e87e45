/** After this silence (ms) an agent counts as quiet; told again each time that the silence has doubled. */
const QUIET = 120_000;

export type Sign =
  | { readonly limit: 'stalled' | 'flooded' }
  /** It has printed nothing for so many seconds; 0 where it prints again after it was quiet. */
  | { readonly quiet: number };

/** What the growth of a command's output says of its health. Times in milliseconds, on any clock. */
export class OutputWatch {
  readonly #limits: { readonly idleTimeout?: number | undefined; readonly maxOutput?: number | undefined };
  #size = 0;
  #grown: number;
  #tellAt = QUIET;

  constructor(
    limits: { readonly idleTimeout?: number | undefined; readonly maxOutput?: number | undefined },
    now: number,
  ) {
    this.#limits = limits;
    this.#grown = now;
  }

  look(size: number, now: number): Sign | undefined {
    const { idleTimeout, maxOutput } = this.#limits;
    if (maxOutput !== undefined && size > maxOutput) return { limit: 'flooded' };
    if (size !== this.#size) {
      const wasQuiet = this.#tellAt > QUIET;
      this.#size = size;
      this.#grown = now;
      this.#tellAt = QUIET;
      return wasQuiet ? { quiet: 0 } : undefined;
    }
    const silence = now - this.#grown;
    if (idleTimeout !== undefined && silence >= idleTimeout) return { limit: 'stalled' };
    if (silence < this.#tellAt) return undefined;
    this.#tellAt = silence * 2;
    return { quiet: Math.round(silence / 1000) };
  }
}
