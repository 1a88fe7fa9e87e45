import { buildDependencyGraph, inducedSubgraph, InvalidDurationError } from '@sage/graph';
import type { DependencyGraph } from '@sage/graph';
import { UnknownDependencyError } from './errors.ts';

export interface SchedulerTicket {
  readonly id: string;
  /** What must be COMPLETED first; of a container also its children. */
  readonly dependencies: readonly string[];
  /** UNPROCESSED, IN_PROGRESS or none: to be done. COMPLETED: done. Any other blocks its dependents. */
  readonly state?: string;
  /** `P0` (first) to `P4`; P2 by default. */
  readonly priority?: string;
  /** Minutes, >= 0; by default the median of those given, or 1 if none is given. */
  readonly duration?: number;
  /** Paths that the ticket will change. Two tickets that share one do not run at the same time. */
  readonly files?: readonly string[];
  /** What `limits` count by. */
  readonly component?: string;
  /** Ids that it must not run beside; it is enough that one side says so. */
  readonly conflictsWith?: readonly string[];
  /** Never started; completed with the last ticket that it waits for. */
  readonly container?: boolean;
}

/** The tickets that are not COMPLETED, and the graph of what they still wait for; node `i` is `tickets[i]`. */
export interface OpenBacklog {
  readonly tickets: readonly SchedulerTicket[];
  readonly graph: DependencyGraph;
  /** Minutes per node; a container takes none. */
  readonly durations: Float64Array;
}

/**
 * Leaves COMPLETED tickets and dependencies on them out, so that a cycle or a dangling id among finished work
 * stops nobody.
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

/** The graph of all tickets has been made already, from the same list. */
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
