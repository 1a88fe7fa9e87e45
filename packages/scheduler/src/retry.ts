/** When failed tickets may start again. The clock is real, or that of a simulation. */
export interface RetryOptions {
  /** The time now, in any unit. */
  readonly now: () => number;
  /** How long a ticket pauses after its nth failure (from 1), in the same unit. */
  readonly pause: (failures: number) => number;
}

/** `first` times 1, 2, 4, ..., at most `most`. */
export function exponentialPause(first: number, most: number): RetryOptions['pause'] {
  return (failures) => Math.min(most, first * 2 ** (failures - 1));
}
