/** When tickets that failed may start again, on a clock of the caller's: real, or that of a simulation. */
export interface RetryOptions {
  /** The time now, in any unit. */
  readonly now: () => number;
  /** How long a ticket pauses after its nth failure (from 1), in the same unit. */
  readonly pause: (failures: number) => number;
}

/** 1, 2, 4, ... times `first`, at most `most`. */
export function exponentialPause(first: number, most: number): RetryOptions['pause'] {
  return (failures) => Math.min(most, first * 2 ** (failures - 1));
}
