import type { Ages } from './age.ts';
import { isRunnable, openBacklog } from './backlog.ts';
import type { SchedulerTicket } from './backlog.ts';
import { blockedTickets } from './blocked.ts';
import type { BlockedTicket } from './blocked.ts';
import { createConflictAwareQueue } from './conflict-aware-queue.ts';
import { TransitionError } from './errors.ts';
import { exclusionsOf } from './exclusions.ts';
import { PHASE, PhaseList, TRANSITION, type Phase, type Phases, type Transition } from './phase.ts';
import { rankNodes } from './priority.ts';
import { createReadyQueue } from './ready-queue.ts';

export interface ProgressOptions {
  readonly satisfied: ReadonlySet<string>;
  readonly only: ReadonlySet<string> | undefined;
  readonly limits: ReadonlyMap<string, number>;
  readonly ages: Ages;
  readonly conflictChance: ((one: string, other: string) => number) | undefined;
  readonly failing: number | undefined;
  /** Where open tickets of the list are already: what runs goes on, what was given up stays so. */
  readonly earlier?: ReadonlyMap<string, Phase> | undefined;
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

/** A power of two. */
const GIVEN = 16;

export function createProgress(all: readonly SchedulerTicket[], options: ProgressOptions): Progress {
  const { satisfied, only, limits, ages, conflictChance, failing, earlier } = options;
  const backlog = openBacklog(all, satisfied);
  const { tickets, graph } = backlog;
  const { ids, dependentOffsets, dependentTargets } = graph;
  // Not asked of the tickets themselves: they are spread all over the memory.
  const containers = new Set<number>();
  for (let node = 0; node < graph.size; node++) if (tickets[node]!.container) containers.add(node);
  /** The nodes given out last, in a ring: they are asked for again soon, and found sooner than in the graph. */
  const given = new Int32Array(GIVEN).fill(-1);
  let last = 0;
  let open = 0;
  // Ages outlive this: they know a ticket by its position in `all`, which stays when more are added.
  const positionOf = new Int32Array(graph.size);
  const nodeAt = new Int32Array(all.length).fill(-1);
  all.forEach(({ state }, position) => {
    if (state === 'COMPLETED') return;
    positionOf[open] = position;
    nodeAt[position] = open++;
  });
  const phases = new PhaseList(graph.size, containers, (node) => {
    const ticket = tickets[node]!;
    const before = earlier?.get(ticket.id);
    const waits = graph.dependencyOffsets[node + 1]! > graph.dependencyOffsets[node]!;
    const anew = before === undefined || before === PHASE.ready || (before === PHASE.held && waits);
    return anew ? phaseAtStart(ticket, only) : before;
  });
  const ranking = rankNodes(backlog, failing);
  const createQueue = (seen: Phases) => createReadyQueue(exclusionsOf(backlog, limits), ranking.order, seen);
  const queue = conflictChance
    ? createConflictAwareQueue(createQueue, {
        ranking,
        durations: backlog.durations,
        conflictChance: (one, other) => conflictChance(ids[one]!, ids[other]!),
        phases,
      })
    : createQueue(phases);
  for (let node = 0; node < phases.size; node++) if (phases.is(node, PHASE.running)) queue.started(node);
  const waitsFor = new Int32Array(graph.size);
  for (let node = 0; node < graph.size; node++)
    waitsFor[node] = graph.dependencyOffsets[node + 1]! - graph.dependencyOffsets[node]!;

  function move(node: number, transition: Transition): void {
    const from = phases.at(node);
    if (!phases.move(node, transition))
      throw new TransitionError(ids[node]!, phases.nameOf(node), transition.name);
    const to = phases.at(node);
    if (from === PHASE.running) queue.ended(node);
    if (to === PHASE.running) {
      queue.started(node);
      ages.counted();
    }
    if (to === PHASE.ready) {
      queue.push(node);
      // Not a second time because its place is computed anew: it would be young again.
      if (transition !== TRANSITION.unblocked || earlier?.get(ids[node]!) !== PHASE.ready)
        ages.becameReady(positionOf[node]!);
    }
  }

  /** Passes on that `nodes` wait for nothing any more; returns the containers that are complete with that. */
  function advance(nodes: number[]): string[] {
    const closed: string[] = [];
    // The list grows while it is read: a closed container lets its own dependents go on.
    for (const node of nodes) {
      if (!phases.is(node, PHASE.waiting)) continue;
      if (!containers.has(node)) {
        move(node, TRANSITION.unblocked);
        continue;
      }
      move(node, TRANSITION.closed);
      closed.push(ids[node]!);
      countDown(node, nodes);
    }
    return closed;
  }

  /** Counts a completion down in the dependents; those that it was the last for are added to `released`. */
  function countDown(node: number, released: number[]): void {
    for (let edge = dependentOffsets[node]!; edge < dependentOffsets[node + 1]!; edge++) {
      const dependent = dependentTargets[edge]!;
      if (--waitsFor[dependent]! === 0) released.push(dependent);
    }
  }

  function nodesWaitingForNothing(): number[] {
    const nodes: number[] = [];
    for (let node = 0; node < waitsFor.length; node++) if (waitsFor[node] === 0) nodes.push(node);
    return nodes;
  }

  function nodeOf(id: string, transition: Transition): number {
    for (let back = 0; back < GIVEN; back++) {
      const recent = given[(last - back) & (GIVEN - 1)]!;
      if (recent !== -1 && ids[recent] === id) return recent;
    }
    const node = graph.indexOf(id);
    if (node === -1) throw new TransitionError(id, 'not an open ticket', transition.name);
    return node;
  }

  const phaseOf = (id: string): Phase | undefined => {
    const node = graph.indexOf(id);
    return node === -1 ? undefined : phases.at(node);
  };
  const isReady = (position: number): boolean => phases.is(nodeAt[position]!, PHASE.ready);
  const closedAtStart = advance(nodesWaitingForNothing());

  return {
    next() {
      const overdue = ages.overdue(isReady);
      if (overdue !== undefined) queue.reserveFor(nodeAt[overdue]!);
      const node = queue.best();
      if (node === undefined) return undefined;
      if (given[last] !== node) given[(last = (last + 1) & (GIVEN - 1))] = node;
      return ids[node]!;
    },
    move: (id, transition) => move(nodeOf(id, transition), transition),
    complete(id) {
      const node = nodeOf(id, TRANSITION.completed);
      move(node, TRANSITION.completed);
      const released: number[] = [];
      countDown(node, released);
      return advance(released);
    },
    phaseOf,
    closedAtStart,
    phases: () => new Map(ids.map((id, node) => [id, phases.at(node)])),
    blocked: () => blockedTickets(graph, phases, only),
    count: (phase) => phases.count(phase),
  };
}

function phaseAtStart(ticket: SchedulerTicket, only: ReadonlySet<string> | undefined): Phase {
  if (!isRunnable(ticket)) return PHASE.deferred;
  return ticket.container || !only || only.has(ticket.id) ? PHASE.waiting : PHASE.outside;
}
