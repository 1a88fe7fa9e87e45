import { isRunnable, openBacklog } from './backlog.ts';
import type { SchedulerTicket } from './backlog.ts';
import { blockedTickets } from './blocked.ts';
import type { BlockedTicket } from './blocked.ts';
import { TransitionError } from './errors.ts';
import { rankBacklog } from './priority.ts';
import { createReadyQueue } from './ready-queue.ts';

export interface SchedulerOptions {
  /** Ids outside the list that are done. */
  readonly satisfied?: ReadonlySet<string> | undefined;
  /** The tickets to give out; all where it is missing. Those inside that wait for an open one outside are blocked by it. */
  readonly only?: ReadonlySet<string> | undefined;
}

export interface Scheduler {
  /** The best ready ticket that conflicts with no running one; asking does not start it. */
  next(): string | undefined;
  started(id: string): void;
  /** Returns the containers that became complete with it, innermost first. */
  completed(id: string): string[];
  /** The attempt ended without a result: ready again. */
  released(id: string): void;
  deferred(id: string): void;
  /** Containers that had nothing left to wait for from the start, innermost first. */
  initiallyCompleted(): string[];
  /** Tickets that can never start as things are, in input order. */
  blocked(): BlockedTicket[];
  /** Ready tickets, those held back by a conflict included. */
  readonly ready: number;
  readonly running: number;
  /** Tickets to give out that are neither completed nor deferred: ready, running and waiting ones. */
  readonly remaining: number;
}

/** `outside` is open, but not in the selection. */
export type TicketPhase = 'waiting' | 'ready' | 'running' | 'completed' | 'deferred' | 'outside';

/** Every change of phase there is. `unblocked` and `closed` (of a container) follow from the completion of others. */
const transitions = {
  unblocked: { waiting: 'ready' },
  closed: { waiting: 'completed' },
  started: { ready: 'running' },
  completed: { running: 'completed' },
  released: { running: 'ready' },
  deferred: { waiting: 'deferred', ready: 'deferred', running: 'deferred' },
} as const satisfies Record<string, Partial<Record<TicketPhase, TicketPhase>>>;

/**
 * Hands out tickets one by one, work-conserving: whoever asks gets the best ticket that is ready now. The same
 * tickets and the same calls give the same answers.
 * @throws {UnknownDependencyError}
 * @throws {CycleError} of `@sage/graph`, where open tickets wait for each other in a circle.
 * @throws {DuplicateIdError} of `@sage/graph`.
 */
export function createScheduler(all: readonly SchedulerTicket[], options: SchedulerOptions = {}): Scheduler {
  const { satisfied = new Set(), only } = options;
  const backlog = openBacklog(all, satisfied);
  const { tickets, graph } = backlog;
  const rank = new Int32Array(graph.size);
  rankBacklog(backlog).forEach(({ id }, position) => (rank[graph.indexOf(id)] = position));

  const phases = tickets.map((ticket): TicketPhase => {
    if (!isRunnable(ticket)) return 'deferred';
    return ticket.container || !only || only.has(ticket.id) ? 'waiting' : 'outside';
  });
  const counts = { waiting: 0, ready: 0, running: 0, completed: 0, deferred: 0, outside: 0 };
  phases.forEach((phase, node) => (counts[phase] += tickets[node]!.container ? 0 : 1));
  const waitsFor = Int32Array.from(
    tickets,
    (_, node) => graph.dependencyOffsets[node + 1]! - graph.dependencyOffsets[node]!,
  );
  const queue = createReadyQueue(backlog, rank, (node) => phases[node] === 'ready');

  function move(node: number, transition: keyof typeof transitions): void {
    const from = phases[node]!;
    const to = (transitions[transition] as Partial<Record<TicketPhase, TicketPhase>>)[from];
    if (to === undefined) throw new TransitionError(tickets[node]!.id, from, transition);
    phases[node] = to;
    if (!tickets[node]!.container) {
      counts[from]--;
      counts[to]++;
    }
    if (from === 'running') queue.ended(node);
    if (to === 'running') queue.started(node);
    if (to === 'ready') queue.push(node);
  }

  /** Passes on that `nodes` wait for nothing any more; returns the containers that are complete with that. */
  function advance(nodes: number[]): string[] {
    const closed: string[] = [];
    // The list grows while it is read: a closed container lets its own dependents go on.
    for (const node of nodes) {
      if (phases[node] !== 'waiting') continue;
      if (!tickets[node]!.container) {
        move(node, 'unblocked');
        continue;
      }
      move(node, 'closed');
      closed.push(tickets[node]!.id);
      for (const dependent of releasedBy(node)) nodes.push(dependent);
    }
    return closed;
  }

  /** Counts a completion down in the dependents; returns those that it was the last for. */
  function releasedBy(node: number): number[] {
    const dependents = graph.dependentTargets.subarray(
      graph.dependentOffsets[node],
      graph.dependentOffsets[node + 1],
    );
    return [...dependents].filter((dependent) => --waitsFor[dependent]! === 0);
  }

  function nodeOf(id: string, transition: keyof typeof transitions): number {
    const node = graph.indexOf(id);
    if (node === -1) throw new TransitionError(id, 'not an open ticket', transition);
    return node;
  }

  const closedAtStart = advance([...phases.keys()].filter((node) => waitsFor[node] === 0));

  return {
    next() {
      const node = queue.best();
      return node === undefined ? undefined : tickets[node]!.id;
    },
    started: (id) => move(nodeOf(id, 'started'), 'started'),
    completed(id) {
      const node = nodeOf(id, 'completed');
      move(node, 'completed');
      return advance(releasedBy(node));
    },
    released: (id) => move(nodeOf(id, 'released'), 'released'),
    deferred: (id) => move(nodeOf(id, 'deferred'), 'deferred'),
    initiallyCompleted: () => [...closedAtStart],
    blocked: () => blockedTickets(graph, phases, only),
    get ready() {
      return counts.ready;
    },
    get running() {
      return counts.running;
    },
    get remaining() {
      return counts.ready + counts.running + counts.waiting;
    },
  };
}
