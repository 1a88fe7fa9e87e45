import type { CommandLimits } from './command-run.ts';

/** An agent that is silent for this long counts as quiet. It is reported again each time the silence has doubled. */
const QUIET_MS = 120_000;

type OutputLimits = Pick<CommandLimits, 'idleTimeout' | 'maxOutput'>;

export type Sign =
  | { readonly limit: 'stalled' | 'output-limit' }
  /** Seconds without any output; 0 when there is output again. */
  | { readonly quiet: number };

/** Judges a command by the growth of its output. Times are in milliseconds, on any clock. */
export class OutputWatch {
  readonly #limits: OutputLimits;
  #size = 0;
  #grown: number;
  #reportAt = QUIET_MS;

  constructor(limits: OutputLimits, now: number) {
    this.#limits = limits;
    this.#grown = now;
  }

  look(size: number, now: number): Sign | undefined {
    const { idleTimeout, maxOutput } = this.#limits;
    if (maxOutput !== undefined && size > maxOutput) return { limit: 'output-limit' };
    if (size !== this.#size) {
      const wasQuiet = this.#reportAt > QUIET_MS;
      this.#size = size;
      this.#grown = now;
      this.#reportAt = QUIET_MS;
      return wasQuiet ? { quiet: 0 } : undefined;
    }
    const silence = now - this.#grown;
    if (idleTimeout !== undefined && silence >= idleTimeout) return { limit: 'stalled' };
    if (silence < this.#reportAt) return undefined;
    this.#reportAt = silence * 2;
    return { quiet: Math.round(silence / 1000) };
  }
}
