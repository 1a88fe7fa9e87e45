/**
 * Orders ready tickets by how long they have been ready, measured in starts of other tickets. A ticket is a small
 * number.
 */
export interface Ages {
  becameReady(ticket: number): void;
  /** Call once for each started ticket. */
  counted(): void;
  /** The ticket that has been ready longest, if at least `patience` others were started since it became ready. */
  overdue(isReady: (ticket: number) => boolean): number | undefined;
}

/**
 * Amortised constant time for each call: tickets join at the end, and those no longer ready are dropped from the
 * front.
 */
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
        // A ticket that was started and became ready again has a later entry, which counts instead.
        if (since[oldest] === joined[first] && isReady(oldest)) return oldest;
      }
      return undefined;
    },
  };
}
