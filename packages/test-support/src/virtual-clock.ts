import { setImmediate as turn } from 'node:timers/promises';

/**
 * After this many turns of the event loop, everything that follows from a timer has happened, because nothing waits
 * for real time.
 */
const SETTLING_TURNS = 12;

/** Time that passes only when the test says so. */
export interface VirtualClock {
  now(): Date;
  elapsed(): number;
  after(milliseconds: number, callback: () => void): () => void;
  /** Lets time pass: fires each due timer in order, and waits for its effects. */
  advance(milliseconds: number): Promise<void>;
  /** Lets everything happen that takes no time. */
  settle(): Promise<void>;
  /** Milliseconds until the next timer; undefined if there is none. */
  nextTimer(): number | undefined;
}

export function virtualClock(start = Date.UTC(2026, 0, 1)): VirtualClock {
  let now = start;
  let sequence = 0;
  const timers = new Map<number, { at: number; callback: () => void }>();

  function next(): { id: number; at: number; callback: () => void } | undefined {
    const [first] = [...timers].toSorted(([a, one], [b, other]) => one.at - other.at || a - b);
    return first && { id: first[0], ...first[1] };
  }

  async function settle(): Promise<void> {
    for (let count = 0; count < SETTLING_TURNS; count++) await turn();
  }

  return {
    now: () => new Date(now),
    elapsed: () => now,
    after(milliseconds, callback) {
      const id = (sequence += 1);
      timers.set(id, { at: now + Math.max(0, milliseconds), callback });
      return () => void timers.delete(id);
    },
    async advance(milliseconds) {
      const end = now + milliseconds;
      await settle();
      for (let timer = next(); timer && timer.at <= end; timer = next()) {
        timers.delete(timer.id);
        now = Math.max(now, timer.at);
        timer.callback();
        await settle();
      }
      now = end;
    },
    settle,
    nextTimer() {
      const timer = next();
      return timer && timer.at - now;
    },
  };
}
