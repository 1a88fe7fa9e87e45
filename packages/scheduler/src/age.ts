/** Ready tickets by the time that they have been ready, counted in starts of others. A ticket is any small number. */
export interface Ages {
  becameReady(ticket: number): void;
  /** Some ticket was started. */
  counted(): void;
  /** The ticket that has been ready longest, where `patience` others or more were started meanwhile. */
  overdue(isReady: (ticket: number) => boolean): number | undefined;
}

/** Constant time a call: tickets join at the end, and those that are not ready any more are dropped at the front. */
export function createAges(patience: () => number): Ages {
  let since = new Int32Array(0);
  let line: number[] = [];
  let joined: number[] = [];
  let first = 0;
  let starts = 0;

  function drop(): void {
    first++;
    if (first < 1000 || first * 2 < line.length) return;
    line = line.slice(first);
    joined = joined.slice(first);
    first = 0;
  }

  return {
    becameReady(ticket) {
      if (ticket >= since.length) {
        const larger = new Int32Array(ticket * 2 + 1000);
        larger.set(since);
        since = larger;
      }
      since[ticket] = starts;
      line.push(ticket);
      joined.push(starts);
    },
    counted: () => void starts++,
    overdue(isReady) {
      for (; first < line.length; drop()) {
        const oldest = line[first]!;
        if (starts - joined[first]! < patience()) return undefined;
        // A ticket that was started and is ready again has joined again.
        if (since[oldest] === joined[first] && isReady(oldest)) return oldest;
      }
      return undefined;
    },
  };
}
