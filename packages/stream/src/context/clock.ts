/** The time source of a run. */
export interface Clock {
  now(): Date;
  /** Milliseconds since some moment. It never goes back, and includes the machine's sleep. For pauses. */
  elapsed(): number;
  /** Calls back once, after the given time. Returns a function that cancels it. */
  after(milliseconds: number, callback: () => void): () => void;
}

/** A timer stands still while the machine sleeps, so a long wait is split into shorter timers. */
const LONGEST_TIMER_MS = 30_000;

export const systemClock: Clock = {
  now: () => new Date(),
  elapsed: elapsedTime(
    () => performance.now(),
    () => Date.now(),
  ),
  after(milliseconds, callback) {
    const due = this.elapsed() + milliseconds;
    let timer: NodeJS.Timeout;
    const wait = () => {
      const left = due - this.elapsed();
      timer = left > 0 ? setTimeout(wait, Math.min(left, LONGEST_TIMER_MS)) : setTimeout(callback, 0);
    };
    wait();
    return () => clearTimeout(timer);
  },
};

/**
 * Combines a clock that stands still while the machine sleeps with one that people may set: the one that has advanced
 * further counts.
 */
export function elapsedTime(steady: () => number, wall: () => number): () => number {
  let before = { steady: steady(), wall: wall() };
  let sum = 0;
  return () => {
    const now = { steady: steady(), wall: wall() };
    sum += Math.max(now.steady - before.steady, now.wall - before.wall, 0);
    before = now;
    return sum;
  };
}
