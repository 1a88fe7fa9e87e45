import { IndexQueue } from '@sage/graph';
import TinyQueue from 'tinyqueue';
import type { Exclusions } from './exclusions.ts';
import { PHASE, type Phases } from './phase.ts';

/** Ready tickets by rank, without those that conflict with a running one. A ticket is its place in the ranking. */
export interface ReadyQueue {
  push(place: number): void;
  /** The best ready one that may run beside all that runs; it stays in the queue. */
  best(): number | undefined;
  /** Its phase says so already. */
  started(place: number): void;
  /** However it ended; one that is ready again is pushed by the caller. */
  ended(place: number): void;
  /** From now on nothing starts that would keep this one waiting, until it is started or no longer ready. */
  reserveFor(place: number): void;
}

const NOTHING: readonly number[] = [];

/**
 * Those that are given up are not taken out but passed over when they come up, by their phase. What cannot run is parked where its obstacle is, so that it is looked at again only when that goes
 * away: behind a running rival, or in line for a file. Of a line only the best comes up when the file is free, and
 * the next when that one could not start: a file that everybody wants costs no more than any other.
 */
export function createReadyQueue(
  size: number,
  { needs, capacity, rivals }: Exclusions,
  phases: Phases,
): ReadyQueue {
  const queue = new IndexQueue(size);
  /** 1 for what others may keep from running: most tickets are free, and none of the maps is asked about them. */
  const bound = new Uint8Array(size);
  for (const place of [...needs.keys(), ...rivals.keys()]) bound[place] = 1;
  const behindRival = new Map<number, number[]>();
  const lines = new Map<number, TinyQueue<number>>();
  /** The ticket in the queue that was called up from the line for a file or a component. */
  const calledFrom = new Map<number, number>();
  const free = Int32Array.from(capacity);
  let reserved: number | undefined;

  function needsOf(place: number): readonly number[] {
    return needs.get(place) ?? NOTHING;
  }

  /** Does the ticket that things are kept free for want this, too? */
  function isReserved(need: number, place: number): boolean {
    return reserved !== undefined && reserved !== place && needsOf(reserved).includes(need);
  }

  function takenNeed(place: number): number | undefined {
    for (const need of needsOf(place)) if (free[need]! <= 0 || isReserved(need, place)) return need;
    return undefined;
  }

  function rivalInTheWay(place: number): number | undefined {
    return rivals.get(place)?.find((other) => phases.is(other, PHASE.running) || other === reserved);
  }

  /** Parks a ticket that cannot run now; false where nothing is in its way. */
  function park(place: number): boolean {
    const taken = takenNeed(place);
    if (taken !== undefined) {
      let line = lines.get(taken);
      if (!line) lines.set(taken, (line = new TinyQueue<number>()));
      line.push(place);
      return true;
    }
    const rival = rivalInTheWay(place);
    if (rival === undefined) return false;
    const others = behindRival.get(rival);
    if (others) others.push(place);
    else behindRival.set(rival, [place]);
    return true;
  }

  function callUp(need: number): void {
    if (free[need]! <= 0) return;
    const line = lines.get(need);
    for (let place = line?.pop(); place !== undefined; place = line?.pop()) {
      if (!phases.is(place, PHASE.ready)) continue;
      calledFrom.set(place, need);
      queue.add(place);
      return;
    }
  }

  /** Those that were passed over for the reserved one come up again, as many as there is room for. */
  function endReservation(): void {
    const place = reserved!;
    reserved = undefined;
    for (const need of needsOf(place)) {
      for (let room = free[need]!; room > 0; room--) callUp(need);
    }
    if (!phases.is(place, PHASE.running)) callRivals(place);
  }

  function callRivals(place: number): void {
    const others = behindRival.get(place);
    if (!others) return;
    behindRival.delete(place);
    for (const other of others) queue.add(other);
  }

  return {
    push: (place) => queue.add(place),
    best() {
      if (reserved !== undefined && !phases.is(reserved, PHASE.ready)) endReservation();
      const canRun = reserved !== undefined && takenNeed(reserved) === undefined;
      if (canRun && rivalInTheWay(reserved!) === undefined) return reserved;
      for (let first = queue.first(); first !== -1; first = queue.first()) {
        const isBound = bound[first] === 1;
        if (phases.is(first, PHASE.ready) && !(isBound && park(first))) return first;
        queue.delete(first);
        if (!isBound) continue;
        const need = calledFrom.get(first);
        calledFrom.delete(first);
        if (need !== undefined && !isReserved(need, first)) callUp(need);
      }
      return undefined;
    },
    started(place) {
      queue.delete(place);
      if (bound[place] === 0 && place !== reserved) return;
      calledFrom.delete(place);
      for (const need of needsOf(place)) free[need]!--;
      if (place === reserved) endReservation();
    },
    ended(place) {
      if (bound[place] === 0) return;
      for (const need of needsOf(place)) {
        free[need]!++;
        callUp(need);
      }
      callRivals(place);
    },
    reserveFor(place) {
      if (reserved !== undefined && reserved !== place) endReservation();
      reserved = place;
    },
  };
}
