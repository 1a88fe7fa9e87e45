import { buildDependencyGraph, inducedSubgraph, InvalidDurationError } from '@sage/graph';
import type { DependencyGraph } from '@sage/graph';
import { UnknownDependencyError } from './errors.ts';

export interface SchedulerTicket {
  readonly id: string;
  /** Ids that must be COMPLETED first. A container's children are among its dependencies. */
  readonly dependencies: readonly string[];
  /** UNPROCESSED, IN_PROGRESS or none: still open. COMPLETED: done. Any other state blocks the dependents. */
  readonly state?: string;
  /** `P0` (first) to `P4`; the default is P2. */
  readonly priority?: string;
  /** Minutes, >= 0. The default is the median of the given durations, or 1 if there are none. */
  readonly duration?: number;
  /** Paths that the ticket will change. Two tickets that share a path do not run at the same time. */
  readonly files?: readonly string[];
  /** The key of `limits`. */
  readonly component?: string;
  /** Ids that must not run at the same time. One side is enough to declare it. */
  readonly conflictsWith?: readonly string[];
  /** Never started; completed with the last ticket it waits for. */
  readonly container?: boolean;
}

/** The tickets that are not COMPLETED, and the graph of what they still wait for. Node `i` is `tickets[i]`. */
export interface OpenBacklog {
  readonly tickets: readonly SchedulerTicket[];
  readonly graph: DependencyGraph;
  /** Minutes by node; 0 for a container. */
  readonly durations: Float64Array;
}

/**
 * Leaves out COMPLETED tickets and dependencies on them, so a cycle or an unknown id among finished work does no
 * harm.
 * @throws {UnknownDependencyError} for a dependency that is neither in the list nor in `satisfied`.
 * @throws {InvalidDurationError} of `@sage/graph`, for a duration that is negative or not finite.
 */
export function openBacklog(
  all: readonly SchedulerTicket[],
  satisfied: ReadonlySet<string>,
  whole?: DependencyGraph,
): OpenBacklog {
  const tickets = all.filter(({ state }) => state !== 'COMPLETED');
  const graph = whole ? openPart(whole, all, tickets) : buildDependencyGraph(tickets);
  if (graph.missing.length > 0) {
    const done = new Set<string>();
    for (const { id, state } of all) if (state === 'COMPLETED') done.add(id);
    const unknown = graph.missing.filter(
      ({ dependency }) => !done.has(dependency) && !satisfied.has(dependency),
    );
    if (unknown.length > 0) throw new UnknownDependencyError(unknown);
  }
  return { tickets, graph, durations: durationsOf(tickets) };
}

/** `whole` is the graph of all tickets, already built from the same list. */
function openPart(
  whole: DependencyGraph,
  all: readonly SchedulerTicket[],
  open: readonly SchedulerTicket[],
): DependencyGraph {
  if (open.length === all.length) return whole;
  return inducedSubgraph(whole, (node) => all[node]!.state !== 'COMPLETED');
}

export function isRunnable({ state }: SchedulerTicket): boolean {
  return state === undefined || state === 'UNPROCESSED' || state === 'IN_PROGRESS';
}

function durationsOf(tickets: readonly SchedulerTicket[]): Float64Array {
  const durations = new Float64Array(tickets.length);
  const given = new Float64Array(tickets.length);
  const unknown: number[] = [];
  let count = 0;
  for (let node = 0; node < tickets.length; node++) {
    const { id, container, duration } = tickets[node]!;
    if (container) continue;
    if (duration === undefined) unknown.push(node);
    else if (duration >= 0 && duration < Infinity) durations[node] = given[count++] = duration;
    else throw new InvalidDurationError(id, duration);
  }
  if (unknown.length === 0) return durations;
  const usual = given.subarray(0, count).sort()[Math.floor(count / 2)] ?? 1;
  for (const node of unknown) durations[node] = usual;
  return durations;
}
