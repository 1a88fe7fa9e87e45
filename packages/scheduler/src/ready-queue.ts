import { IndexQueue } from '@sage/graph';
import TinyQueue from 'tinyqueue';
import type { Exclusions } from './exclusions.ts';
import { PHASE, type Phases } from './phase.ts';

/** Ready tickets by rank, without those that conflict with a running one. A ticket is its place in the ranking. */
export interface ReadyQueue {
  push(place: number): void;
  /** The best ready ticket that may run beside everything that runs. It stays in the queue. */
  best(): number | undefined;
  /** Call after its phase has changed. */
  started(place: number): void;
  /** Call for every end of a ticket. The caller pushes it again if it is ready again. */
  ended(place: number): void;
  /** From now on nothing starts that would keep this ticket waiting, until it starts or is no longer ready. */
  reserveFor(place: number): void;
}

const NOTHING: readonly number[] = [];

/**
 * A ticket that was given up stays in the queue, and is skipped by its phase when its turn comes. A ticket that
 * cannot run is parked at its obstacle, behind a running rival or in line for a file, and is not looked at until the
 * obstacle goes away. When a file becomes free, only the best of its line is called up; the next one follows if that
 * one cannot start. So a file that everyone wants costs no more than any other.
 */
export function createReadyQueue(
  size: number,
  { needs, capacity, rivals }: Exclusions,
  phases: Phases,
): ReadyQueue {
  const queue = new IndexQueue(size);
  /** 1 for tickets with needs or rivals. Most have neither, and skip the lookups in the maps. */
  const bound = new Uint8Array(size);
  for (const place of [...needs.keys(), ...rivals.keys()]) bound[place] = 1;
  const behindRival = new Map<number, number[]>();
  const lines = new Map<number, TinyQueue<number>>();
  /** Tickets in the queue that were called up from a line, with the file or component of that line. */
  const calledFrom = new Map<number, number>();
  const free = Int32Array.from(capacity);
  let reserved: number | undefined;

  function needsOf(place: number): readonly number[] {
    return needs.get(place) ?? NOTHING;
  }

  /** Is this reserved for another ticket? */
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

  /** Parks a ticket that cannot run now; false if nothing is in its way. */
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

  /** Calls up tickets that were passed over because of the reservation, as many as there is room for. */
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
