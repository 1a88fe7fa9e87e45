import { PHASE, type Phases } from './phase.ts';
import type { NodeRanking } from './priority.ts';
import type { ReadyQueue } from './ready-queue.ts';

/** So many of the best ready nodes are compared: the choice stays logarithmic. */
const CANDIDATES = 8;

export interface ConflictAwareOptions {
  readonly ranking: Pick<NodeRanking, 'priorities' | 'urgency'>;
  /** Expected minutes by node. */
  readonly durations: Float64Array;
  /** The chance that two nodes conflict when they run at the same time, 0 to 1. */
  readonly conflictChance: (one: number, other: number) => number;
  readonly phases: Phases;
}

/**
 * A ready queue that passes over a node which probably conflicts with a running one, while there is other work of
 * the same priority to start: of the first few ready nodes it takes the one with the longest remaining chain less
 * the minutes of its own that it has to expect to be done again. It never withholds the last one: a guess leaves no
 * worker idle. A node that things are reserved for is not passed over.
 *
 * `createQueue` makes the queue that it asks; what is compared is set aside from that by not being ready.
 */
export function createConflictAwareQueue(
  createQueue: (phases: Phases) => ReadyQueue,
  { ranking, durations, conflictChance, phases }: ConflictAwareOptions,
): ReadyQueue {
  const { priorities, urgency } = ranking;
  const running = new Set<number>();
  const aside = new Set<number>();
  const queue = createQueue({
    is: (node, phase) => phases.is(node, phase) && (phase !== PHASE.ready || !aside.has(node)),
  });
  let reserved: number | undefined;

  function expectedRedo(node: number): number {
    let apart = 1;
    for (const other of running) apart *= 1 - conflictChance(node, other);
    return (1 - apart) * durations[node]!;
  }

  return {
    push: (node) => queue.push(node),
    best() {
      const first = queue.best();
      if (first === undefined || first === reserved) return first;
      let best = first;
      let bestWorth = -Infinity;
      for (let node: number | undefined = first; node !== undefined; node = queue.best()) {
        if (priorities[node] !== priorities[first] || urgency[node]! <= bestWorth) break;
        const worth = urgency[node]! - expectedRedo(node);
        if (worth > bestWorth) [best, bestWorth] = [node, worth];
        if (bestWorth === urgency[node] || aside.size + 1 === CANDIDATES) break;
        aside.add(node);
      }
      const compared = [...aside];
      aside.clear();
      for (const node of compared) queue.push(node);
      return best;
    },
    started(node) {
      running.add(node);
      if (node === reserved) reserved = undefined;
      queue.started(node);
    },
    ended(node) {
      running.delete(node);
      queue.ended(node);
    },
    reserveFor(node) {
      reserved = node;
      queue.reserveFor(node);
    },
  };
}
