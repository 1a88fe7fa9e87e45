import { CycleError } from '@sage/graph';
import { createScheduler, criticalPath, planBatches, recommendWorkers } from '@sage/scheduler';
import type { SchedulerTicket } from '@sage/scheduler';
import { isContainer, readContainers } from '@sage/tickets';
import type { Parallelisation } from './report.ts';
import { isOpenWork } from './index-under-test.ts';
import type { IndexUnderTest } from './index-under-test.ts';

/** The most that `auto` uses. */
const DEFAULT_MAX_WORKERS = 8;

/** What parallel workers would gain. Contains no plan if dependencies are unknown or circular. */
export function parallelisationOf(
  { tickets, graph }: IndexUnderTest,
  cap = DEFAULT_MAX_WORKERS,
  limits: ReadonlyMap<string, number> = new Map(),
): Parallelisation {
  const { heldBack, reopened } = readContainers(tickets);
  const again = new Set(reopened);
  const containers = tickets.filter(
    (ticket) =>
      isContainer(ticket) &&
      !heldBack.has(ticket.id) &&
      (again.has(ticket.id) || (ticket.state !== 'COMPLETED' && ticket.state !== 'DEFERRED')),
  ).length;
  const unprocessed = tickets.filter((ticket) => isOpenWork(ticket) && !heldBack.has(ticket.id)).length;
  const why = 'No plan can be made before the dependencies are corrected.';
  const impossible = { ...unplanned(unprocessed, why), containers };
  if (graph.missing.length > 0) return impossible;
  const planned = tickets.map((ticket): SchedulerTicket => ({
    id: ticket.id,
    // As in the graph: a container waits for its children, but they do not wait for it.
    dependencies: graph.dependenciesOf(ticket.id),
    state: heldBack.has(ticket.id) ? 'DEFERRED' : String(graph.stateOf(ticket.id)),
    priority: ticket.priority,
    component: ticket.component,
    duration: ticket.estimatedMinutes,
    files: ticket.files,
    conflictsWith: ticket.conflictsWith,
    container: isContainer(ticket),
  }));
  try {
    const independent = createScheduler(planned).ready;
    const { workers, reason, table } = recommendWorkers(planned, { cap, limits });
    const batches = planBatches(planned, Math.max(1, unprocessed), { limits }).batches;
    return {
      unprocessed,
      containers,
      independent,
      ratio: unprocessed === 0 ? 0 : independent / unprocessed,
      width: Math.max(0, ...batches.map((batch) => batch.length)),
      criticalPath: criticalPath(planned),
      recommendedWorkers: workers,
      reason,
      table,
    };
  } catch (error) {
    if (error instanceof CycleError) return impossible;
    throw error;
  }
}

export function unplanned(unprocessed: number, reason: string): Parallelisation {
  return {
    unprocessed,
    containers: 0,
    independent: 0,
    ratio: 0,
    width: 0,
    criticalPath: [],
    recommendedWorkers: 1,
    reason,
    table: [],
  };
}
