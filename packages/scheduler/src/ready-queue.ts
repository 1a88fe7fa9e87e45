import { IndexQueue } from '@sage/graph';
import TinyQueue from 'tinyqueue';
import type { Exclusions } from './exclusions.ts';
import { PHASE, type Phases } from './phase.ts';

/** Ready tickets by rank, without those that conflict with a running one. Nodes as in the backlog. */
export interface ReadyQueue {
  push(node: number): void;
  /** The best ready node that may run beside all that runs; it stays in the queue. */
  best(): number | undefined;
  /** Its phase says so already. */
  started(node: number): void;
  /** However it ended; a node that is ready again is pushed by the caller. */
  ended(node: number): void;
  /** From now on nothing starts that would keep this one waiting, until it is started or no longer ready. */
  reserveFor(node: number): void;
}

const NOTHING: readonly number[] = [];

/**
 * `order` has the nodes by rank. Those that are given up are not taken out but passed over when they come up, by
 * their phase. What cannot run is parked where its obstacle is, so that it is looked at again only when that goes
 * away: behind a running rival, or in line for a file. Of a line only the best comes up when the file is free, and
 * the next when that one could not start: a file that everybody wants costs no more than any other.
 */
export function createReadyQueue(
  { needs, capacity, rivals }: Exclusions,
  order: Int32Array,
  phases: Phases,
): ReadyQueue {
  const rank = new Int32Array(order.length);
  for (let position = 0; position < order.length; position++) rank[order[position]!] = position;
  const byRank = (a: number, b: number): number => rank[a]! - rank[b]!;
  /** Ranks. */
  const queue = new IndexQueue(order.length);
  const push = (node: number): void => queue.add(rank[node]!);
  const behindRival = new Map<number, number[]>();
  const lines = new Map<number, TinyQueue<number>>();
  /** The node in the queue that was called up from the line for a file or a component. */
  const calledFrom = new Map<number, number>();
  const free = Int32Array.from(capacity);
  let reserved: number | undefined;

  function needsOf(node: number): readonly number[] {
    return needs.get(node) ?? NOTHING;
  }

  /** Does the ticket that things are kept free for want this, too? */
  function isReserved(need: number, node: number): boolean {
    return reserved !== undefined && reserved !== node && needsOf(reserved).includes(need);
  }

  function takenNeed(node: number): number | undefined {
    for (const need of needsOf(node)) if (free[need]! <= 0 || isReserved(need, node)) return need;
    return undefined;
  }

  function rivalInTheWay(node: number): number | undefined {
    return rivals.get(node)?.find((other) => phases.is(other, PHASE.running) || other === reserved);
  }

  /** Parks a node that cannot run now; false where nothing is in its way. */
  function park(node: number): boolean {
    const taken = takenNeed(node);
    if (taken !== undefined) {
      let line = lines.get(taken);
      if (!line) lines.set(taken, (line = new TinyQueue<number>([], byRank)));
      line.push(node);
      return true;
    }
    const rival = rivalInTheWay(node);
    if (rival === undefined) return false;
    const others = behindRival.get(rival);
    if (others) others.push(node);
    else behindRival.set(rival, [node]);
    return true;
  }

  function callUp(need: number): void {
    if (free[need]! <= 0) return;
    const line = lines.get(need);
    for (let node = line?.pop(); node !== undefined; node = line?.pop()) {
      if (!phases.is(node, PHASE.ready)) continue;
      calledFrom.set(node, need);
      push(node);
      return;
    }
  }

  /** Those that were turned away for the reserved node's sake come up again, as many as there is room for. */
  function endReservation(): void {
    const node = reserved!;
    reserved = undefined;
    for (const need of needsOf(node)) {
      for (let room = free[need]!; room > 0; room--) callUp(need);
    }
    if (!phases.is(node, PHASE.running)) callRivals(node);
  }

  function callRivals(node: number): void {
    const others = behindRival.get(node);
    if (!others) return;
    behindRival.delete(node);
    for (const other of others) push(other);
  }

  return {
    push,
    best() {
      if (reserved !== undefined && !phases.is(reserved, PHASE.ready)) endReservation();
      const canRun = reserved !== undefined && takenNeed(reserved) === undefined;
      if (canRun && rivalInTheWay(reserved!) === undefined) return reserved;
      for (let first = queue.first(); first !== -1; first = queue.first()) {
        const node = order[first]!;
        if (phases.is(node, PHASE.ready) && !park(node)) return node;
        queue.delete(first);
        const need = calledFrom.get(node);
        calledFrom.delete(node);
        if (need !== undefined && !isReserved(need, node)) callUp(need);
      }
      return undefined;
    },
    started(node) {
      queue.delete(rank[node]!);
      calledFrom.delete(node);
      for (const need of needsOf(node)) free[need]!--;
      if (node === reserved) endReservation();
    },
    ended(node) {
      for (const need of needsOf(node)) {
        free[need]!++;
        callUp(need);
      }
      callRivals(node);
    },
    reserveFor(node) {
      if (reserved !== undefined && reserved !== node) endReservation();
      reserved = node;
    },
  };
}
