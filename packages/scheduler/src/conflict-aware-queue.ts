import { PHASE, type Phases } from './phase.ts';
import type { NodeRanking } from './priority.ts';
import type { ReadyQueue } from './ready-queue.ts';

/** How many of the best ready tickets are compared. A fixed number keeps the choice logarithmic. */
const MAX_CANDIDATES = 8;

const [UNKNOWN, YES, NO] = [0, 1, 2];

export interface ConflictAwareOptions {
  readonly ranking: NodeRanking;
  /** Expected minutes by node. */
  readonly durations: Float64Array;
  /** The chance that two places conflict when they run at the same time, 0 to 1. */
  readonly conflictChance: (one: number, other: number) => number;
  /** Whether a place may conflict with any other. */
  readonly mayConflict: (place: number) => boolean;
  readonly phases: Phases;
}

/**
 * A ready queue that passes over a ticket that probably conflicts with a running one, as long as other work of the
 * same priority is ready. Among the first few ready tickets it takes the one with the longest remaining chain, less
 * the minutes of work that the ticket is expected to lose in a conflict. A prediction never leaves a worker idle: the
 * last ready ticket is always given out. Nor does it pass over a ticket with a reservation.
 *
 * `createQueue` makes the underlying queue. Tickets set aside for the comparison look to it as if they were not
 * ready.
 */
export function createConflictAwareQueue(
  createQueue: (phases: Phases) => ReadyQueue,
  { ranking, durations, conflictChance, mayConflict, phases }: ConflictAwareOptions,
): ReadyQueue {
  const byPlace = (values: Uint8Array | Float64Array): Float64Array => {
    const found = new Float64Array(ranking.order.length);
    for (let place = 0; place < found.length; place++) found[place] = values[ranking.order[place]!]!;
    return found;
  };
  const priorities = byPlace(ranking.priorities);
  const urgency = byPlace(ranking.urgency);
  const minutes = byPlace(durations);
  // Computed on demand: with one worker, it is never needed.
  const answers = new Uint8Array(ranking.order.length);
  const mayEver = (place: number): boolean => {
    if (answers[place] === UNKNOWN) answers[place] = mayConflict(place) ? YES : NO;
    return answers[place] === YES;
  };
  // There are only a few at a time, and lists are then faster than sets.
  const running: number[] = [];
  const aside: number[] = [];
  const queue = createQueue({
    is: (place, phase) => phases.is(place, phase) && (phase !== PHASE.ready || !aside.includes(place)),
  });
  let reserved: number | undefined;

  function expectedRedo(place: number): number {
    if (running.length === 0 || !mayEver(place)) return 0;
    let apart = 1;
    for (const other of running) if (mayEver(other)) apart *= 1 - conflictChance(place, other);
    return (1 - apart) * minutes[place]!;
  }

  return {
    push: (place) => queue.push(place),
    best() {
      const first = queue.best();
      if (first === undefined || first === reserved) return first;
      let best = first;
      let bestWorth = -Infinity;
      for (let place: number | undefined = first; place !== undefined; place = queue.best()) {
        if (priorities[place] !== priorities[first] || urgency[place]! <= bestWorth) break;
        const worth = urgency[place]! - expectedRedo(place);
        if (worth > bestWorth) [best, bestWorth] = [place, worth];
        if (bestWorth === urgency[place] || aside.length + 1 === MAX_CANDIDATES) break;
        aside.push(place);
      }
      if (aside.length > 0) for (const place of aside.splice(0)) queue.push(place);
      return best;
    },
    started(place) {
      running.push(place);
      if (place === reserved) reserved = undefined;
      queue.started(place);
    },
    ended(place) {
      const last = running.pop()!;
      if (last !== place) running[running.indexOf(place)] = last;
      queue.ended(place);
    },
    reserveFor(place) {
      reserved = place;
      queue.reserveFor(place);
    },
  };
}
