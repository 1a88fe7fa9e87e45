import { buildDependencyGraph, type DependencyGraph, detectCircularDependencies } from '@sage/graph';
import type { SchedulerTicket } from '@sage/scheduler';
import { isContainer, type Ticket, type TicketState, toGraphNodes } from '@sage/tickets';
import { BacklogError } from '../errors.ts';
import type { TicketSource } from '../ports.ts';

/** A checked backlog: every dependency exists, and no open ticket depends on itself. */
export interface Backlog {
  /** Names the source in messages. */
  readonly file: string;
  readonly tickets: ReadonlyMap<string, Ticket>;
  readonly graph: DependencyGraph;
  /** One line each, for the user. */
  readonly warnings: readonly string[];
}

/**
 * Reads and checks a backlog.
 * @throws {TicketIndexError}, {BacklogError}
 */
export async function readBacklog(source: TicketSource): Promise<Backlog> {
  const { file, tickets } = await source.read();
  return checkBacklog(file, tickets);
}

/** @throws {BacklogError} for an unknown dependency, or a cycle among tickets that are not all done. */
export function checkBacklog(file: string, tickets: readonly Ticket[]): Backlog {
  const { nodes, ignored } = toGraphNodes(tickets);
  const graph = buildDependencyGraph(nodes);
  const byId = new Map(tickets.map((ticket) => [ticket.id, ticket]));
  const missing = graph.missing[0];
  if (missing) {
    throw new BacklogError(
      'UNKNOWN_DEPENDENCY',
      file,
      [missing.id],
      `ticket ${quote(missing.id)} depends on ${quote(missing.dependency)}, which is not in the index; add it or remove the dependency`,
    );
  }
  // A cycle of finished tickets blocks nothing.
  const cycle = detectCircularDependencies(graph).find((ids) =>
    ids.some((id) => byId.get(id)?.state !== 'COMPLETED'),
  );
  if (cycle) {
    throw new BacklogError(
      'CYCLE',
      file,
      cycle,
      `circular dependency ${[...cycle, cycle[0]].map((id) => quote(id ?? '')).join(' -> ')}; remove one of them`,
    );
  }
  const warnings =
    ignored.length === 0
      ? []
      : [
          `${file}: ${ignored.length} dependencies of tickets on their own epic are ignored: an epic waits for its children`,
        ];
  return { file, tickets: byId, graph, warnings };
}

export function ticketOf({ tickets }: Pick<Backlog, 'tickets'>, id: string): Ticket {
  const ticket = tickets.get(id);
  if (!ticket) throw new Error(`ticket ${quote(id)} is not in the backlog`);
  return ticket;
}

export interface Selection {
  /** Only tickets whose id or component starts with this. */
  readonly component?: string;
  /** Only these; DEFERRED ones among them are tried again. */
  readonly only?: readonly string[];
}

/** Ids of the tickets that a run is asked to complete. */
export function selectTickets(backlog: Backlog, { component, only }: Selection): Set<string> {
  for (const id of only ?? []) {
    if (!backlog.tickets.has(id)) {
      throw new BacklogError('UNKNOWN_TICKET', backlog.file, [id], `no ticket ${quote(id)}; check --only`);
    }
  }
  const chosen = [...backlog.tickets.values()].filter(
    (ticket) =>
      (only === undefined ? ticket.state !== 'DEFERRED' : only.includes(ticket.id)) &&
      ticket.state !== 'COMPLETED' &&
      (component === undefined || ticket.id.startsWith(component) || ticket.component.startsWith(component)),
  );
  return new Set(chosen.map(({ id }) => id));
}

/** The tickets as the scheduler takes them; `states` and `minutes` override what the index says. */
export function schedulerTickets(
  backlog: Backlog,
  states: (ticket: Ticket) => TicketState,
  minutes: (ticket: Ticket) => number | undefined = ({ estimatedMinutes }) => estimatedMinutes,
): SchedulerTicket[] {
  return [...backlog.tickets.values()].map((ticket) => ({
    id: ticket.id,
    dependencies: backlog.graph.dependenciesOf(ticket.id),
    state: states(ticket),
    priority: ticket.priority,
    component: ticket.component,
    duration: minutes(ticket),
    files: ticket.files,
    conflictsWith: ticket.conflictsWith,
    container: isContainer(ticket),
  }));
}

/** Component limits as the scheduler takes them. */
export function componentLimits(
  limits: Readonly<Record<string, number>> | undefined,
): ReadonlyMap<string, number> {
  return new Map(Object.entries(limits ?? {}));
}

function quote(id: string): string {
  return JSON.stringify(id);
}
