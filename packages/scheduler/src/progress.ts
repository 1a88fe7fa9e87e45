import type { Ages } from './age.ts';
import { isRunnable } from './backlog.ts';
import type { SchedulerTicket } from './backlog.ts';
import { blockedTickets } from './blocked.ts';
import type { BlockedTicket } from './blocked.ts';
import { createConflictAwareQueue } from './conflict-aware-queue.ts';
import { TransitionError } from './errors.ts';
import { exclusionsOf } from './exclusions.ts';
import { PHASE, PhaseList, TRANSITION, type Phase, type Phases, type Transition } from './phase.ts';
import type { ConflictChance } from './predicted-conflicts.ts';
import type { RankedBacklog } from './ranked-backlog.ts';
import { createReadyQueue } from './ready-queue.ts';
import { RecentPlaces } from './recent-places.ts';

export interface ProgressOptions {
  readonly only: ReadonlySet<string> | undefined;
  readonly limits: ReadonlyMap<string, number>;
  readonly ages: Ages;
  readonly conflictChance: ConflictChance | undefined;
  /** Where open tickets of the list are already: what runs goes on, what was given up stays so. */
  readonly earlier?: ReadonlyMap<string, Phase>;
}

/** Where each ticket of a fixed list is, and which is next. */
export interface Progress {
  next(): string | undefined;
  /** @throws {TransitionError} */
  move(id: string, transition: Transition): void;
  /** Returns the containers that became complete with it, innermost first. */
  complete(id: string): string[];
  /** Undefined for an id that is not open at the start. */
  phaseOf(id: string): Phase | undefined;
  /** Containers that had nothing to wait for at the start. */
  readonly closedAtStart: readonly string[];
  blocked(): BlockedTicket[];
  /** The phase of every ticket that was open at the start. */
  phases(): Map<string, Phase>;
  /** How many tickets are in a phase, without containers. */
  count(phase: Phase): number;
}

export function createProgress(backlog: RankedBacklog, options: ProgressOptions): Progress {
  const { only, limits, ages, conflictChance, earlier } = options;
  const { tickets: all, open, ranking, rows } = backlog;
  const { tickets, graph } = open;
  const { places, ids, offsets, targets } = rows;
  // Counted down as tickets are completed.
  const waitsFor = rows.waitsFor.slice();
  const containers = new Uint8Array(graph.size);
  const codes = new Uint8Array(graph.size);
  for (let node = 0; node < graph.size; node++) {
    const ticket = tickets[node]!;
    const place = places[node]!;
    if (ticket.container) containers[place] = 1;
    codes[place] = phaseAtStart(ticket, only, earlier?.get(ticket.id), waitsFor[place]! > 0);
  }
  // Ages outlive this: they know a ticket by its position in `all`, which stays when more are added.
  const positionOf = new Int32Array(graph.size);
  const placeAt = new Int32Array(all.length).fill(-1);
  for (let position = 0, node = 0; position < all.length; position++) {
    if (all[position]!.state === 'COMPLETED') continue;
    const place = places[node++]!;
    positionOf[place] = position;
    placeAt[position] = place;
  }
  const phases = new PhaseList(codes, containers);
  const createQueue = (seen: Phases) =>
    createReadyQueue(graph.size, exclusionsOf(open, places, limits), seen);
  const queue = conflictChance
    ? createConflictAwareQueue(createQueue, {
        ranking,
        durations: open.durations,
        conflictChance: (one, other) => conflictChance(ids[one]!, ids[other]!),
        mayConflict: (place) => conflictChance.mayConflict?.(ids[place]!) ?? true,
        phases,
      })
    : createQueue(phases);
  for (let place = 0; place < graph.size; place++) if (phases.is(place, PHASE.running)) queue.started(place);
  const given = new RecentPlaces();

  function move(place: number, transition: Transition): void {
    const from = phases.at(place);
    if (!phases.move(place, transition))
      throw new TransitionError(ids[place]!, phases.nameOf(place), transition.name);
    const to = phases.at(place);
    if (from === PHASE.running) queue.ended(place);
    if (to === PHASE.running) {
      queue.started(place);
      ages.counted();
    }
    if (to === PHASE.ready) {
      queue.push(place);
      // Not again when its place is recomputed: it would be young again.
      if (transition !== TRANSITION.unblocked || earlier?.get(ids[place]!) !== PHASE.ready)
        ages.becameReady(positionOf[place]!);
    }
  }

  /** It waits for nothing any more. A container is complete with that, and joins `closed`. */
  function unblock(place: number, closed: number[]): void {
    if (!phases.is(place, PHASE.waiting)) return;
    if (containers[place] === 0) move(place, TRANSITION.unblocked);
    else {
      move(place, TRANSITION.closed);
      closed.push(place);
    }
  }

  /** Counts a completion down in the dependents; containers that are complete with it join `closed`. */
  function countDown(place: number, closed: number[]): void {
    for (let edge = offsets[place]!; edge < offsets[place + 1]!; edge++) {
      const dependent = targets[edge]!;
      if (--waitsFor[dependent]! === 0) unblock(dependent, closed);
    }
  }

  /** Lets what waits for closed containers go on; returns them with those that close with it, innermost first. */
  function passOn(closed: number[]): string[] {
    // The list grows while it is read.
    for (let at = 0; at < closed.length; at++) countDown(closed[at]!, closed);
    return closed.map((place) => ids[place]!);
  }

  function placeOf(id: string, transition: Transition): number {
    const recent = given.placeOf(id);
    if (recent !== -1) return recent;
    const node = graph.indexOf(id);
    if (node === -1) throw new TransitionError(id, 'not an open ticket', transition.name);
    return places[node]!;
  }

  const phaseOf = (id: string): Phase | undefined => {
    const node = graph.indexOf(id);
    return node === -1 ? undefined : phases.at(places[node]!);
  };
  const isReady = (position: number): boolean => phases.is(placeAt[position]!, PHASE.ready);
  const closedAtOnce: number[] = [];
  for (let node = 0; node < graph.size; node++)
    if (waitsFor[places[node]!] === 0) unblock(places[node]!, closedAtOnce);
  const closedAtStart = passOn(closedAtOnce);

  return {
    next() {
      const overdue = ages.overdue(isReady);
      if (overdue !== undefined) queue.reserveFor(placeAt[overdue]!);
      const place = queue.best();
      if (place === undefined) return undefined;
      given.remember(ids[place]!, place);
      return ids[place]!;
    },
    move: (id, transition) => move(placeOf(id, transition), transition),
    complete(id) {
      const place = placeOf(id, TRANSITION.completed);
      move(place, TRANSITION.completed);
      const closed: number[] = [];
      countDown(place, closed);
      return passOn(closed);
    },
    phaseOf,
    closedAtStart,
    phases: () => new Map(graph.ids.map((id, node) => [id, phases.at(places[node]!)])),
    blocked: () => blockedTickets(graph, (node) => phases.at(places[node]!), only),
    count: (phase) => phases.count(phase),
  };
}

/** `before` is its phase before everything was ranked again, if it had one. */
function phaseAtStart(
  ticket: SchedulerTicket,
  only: ReadonlySet<string> | undefined,
  before: Phase | undefined,
  waits: boolean,
): Phase {
  if (before !== undefined && before !== PHASE.ready && !(before === PHASE.held && waits)) return before;
  if (!isRunnable(ticket)) return PHASE.deferred;
  return ticket.container || !only || only.has(ticket.id) ? PHASE.waiting : PHASE.outside;
}
