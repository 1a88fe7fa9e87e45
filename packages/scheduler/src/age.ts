/** Ready tickets by the time that they have been ready, counted in starts of others. */
export interface Ages {
  becameReady(id: string): void;
  /** Some ticket was started. */
  counted(): void;
  /** The ticket that has been ready longest, where `patience` others or more were started meanwhile. */
  overdue(isReady: (id: string) => boolean): string | undefined;
}

/** Constant time a call: tickets join at the end, and those that are not ready any more are dropped at the front. */
export function createAges(patience: number): Ages {
  const since = new Map<string, number>();
  let line: { id: string; since: number }[] = [];
  let first = 0;
  let starts = 0;
  return {
    becameReady(id) {
      since.set(id, starts);
      line.push({ id, since: starts });
    },
    counted: () => void starts++,
    overdue(isReady) {
      for (let oldest = line[first]; oldest !== undefined; oldest = line[first]) {
        if (starts - oldest.since < patience) return undefined;
        // A ticket that was started and is ready again has joined anew.
        if (isReady(oldest.id) && since.get(oldest.id) === oldest.since) return oldest.id;
        first++;
        if (first > 1000 && first * 2 > line.length) {
          line = line.slice(first);
          first = 0;
        }
      }
      return undefined;
    },
  };
}
