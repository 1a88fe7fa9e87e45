import type { Ages } from './age.ts';
import { blockedTickets } from './blocked.ts';
import type { BlockedTicket } from './blocked.ts';
import { createConflictAwareQueue } from './conflict-aware-queue.ts';
import { TransitionError } from './errors.ts';
import { PHASE, PhaseList, TRANSITION, type Phase, type Phases, type Transition } from './phase.ts';
import { planStart, type StartRules } from './plan-start.ts';
import type { ConflictChance } from './predicted-conflicts.ts';
import type { RankedBacklog } from './ranked-backlog.ts';
import { createReadyQueue } from './ready-queue.ts';
import { RecentPlaces } from './recent-places.ts';

export interface ProgressOptions extends StartRules {
  /**
   * These outlive a `Progress`: they know a ticket by its position in the whole list, which stays when tickets are
   * added.
   */
  readonly ages: Ages;
  readonly conflictChance: ConflictChance | undefined;
}

/** The phase of each ticket of a fixed list, and which ticket is next. */
export interface Progress {
  next(): string | undefined;
  /** @throws {TransitionError} */
  move(id: string, transition: Transition): void;
  /** Returns the containers that this completes, innermost first. */
  complete(id: string): string[];
  /**
   * The node of an open ticket in the graph of all tickets that were open at the start. Fast for a ticket that was
   * just given out.
   * @throws {TransitionError}
   */
  nodeOf(id: string): number;
  /** Undefined for an id that was not open at the start. */
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
  const { only, ages, conflictChance, earlier } = options;
  const { open, ranking, rows } = backlog;
  const { graph } = open;
  const { places, ids, offsets, targets } = rows;
  // Counted down as tickets are completed.
  const waitsFor = rows.waitsFor.slice();
  const { codes, containers, positionOf, placeAt, exclusions } = planStart(backlog, options);
  const phases = new PhaseList(codes.slice(), containers);
  const createQueue = (seen: Phases) => createReadyQueue(graph.size, exclusions, seen);
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
      // A ticket that was ready before its place was recomputed keeps its age.
      if (transition !== TRANSITION.unblocked || earlier?.get(ids[place]!) !== PHASE.ready)
        ages.becameReady(positionOf[place]!);
    }
  }

  /** Called when a ticket waits for nothing any more. That completes a container, which joins `closed`. */
  function unblock(place: number, closed: number[]): void {
    if (!phases.is(place, PHASE.waiting)) return;
    if (containers[place] === 0) move(place, TRANSITION.unblocked);
    else {
      move(place, TRANSITION.closed);
      closed.push(place);
    }
  }

  /** Counts a completion down in the dependents. Containers that this completes join `closed`. */
  function countDown(place: number, closed: number[]): void {
    for (let edge = offsets[place]!; edge < offsets[place + 1]!; edge++) {
      const dependent = targets[edge]!;
      if (--waitsFor[dependent]! === 0) unblock(dependent, closed);
    }
  }

  /** Unblocks what waits for closed containers. Returns them with those that close as a result, innermost first. */
  function passOn(closed: number[]): string[] {
    // The list grows during the loop.
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
    nodeOf: (id) => ranking.order[placeOf(id, TRANSITION.started)]!,
    phaseOf,
    closedAtStart,
    phases: () => new Map(graph.ids.map((id, node) => [id, phases.at(places[node]!)])),
    blocked: () => blockedTickets(graph, (node) => phases.at(places[node]!), only),
    count: (phase) => phases.count(phase),
  };
}
