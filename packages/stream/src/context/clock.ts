/** Time, as a run sees it. */
export interface Clock {
  now(): Date;
  /** Calls back once, after so many milliseconds; the function that it returns cancels that. */
  after(milliseconds: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => new Date(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
};
