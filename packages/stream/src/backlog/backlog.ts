import { buildDependencyGraph, type DependencyGraph, detectCircularDependencies } from '@sage/graph';
import type { SchedulerTicket } from '@sage/scheduler';
import { isContainer, type Ticket, ticketsIn, type TicketState, toGraphNodes } from '@sage/tickets';
import { BacklogError } from '../errors.ts';
import { didYouMean } from './nearest-name.ts';
import type { SourceContent, TicketSource } from '../ports.ts';

/** A checked backlog: every dependency exists, and no open ticket depends on itself. */
export interface Backlog {
  /** Names the source in messages. */
  readonly file: string;
  readonly tickets: ReadonlyMap<string, Ticket>;
  readonly graph: DependencyGraph;
  /** Open tickets in a DEFERRED container, with the container that blocks them. */
  readonly heldBack: ReadonlyMap<string, string>;
  /** One line each, for the user. */
  readonly warnings: readonly string[];
  /** Dependencies that follow only from the order in the source, without being stated: [ticket, dependency]. */
  readonly implied?: readonly (readonly [string, string])[];
}

/**
 * Reads and checks a backlog.
 * @throws {TicketIndexError}, {BacklogError}
 */
export async function readBacklog(source: TicketSource): Promise<Backlog> {
  return checkContent(await source.read());
}

/** @throws {BacklogError} */
export function checkContent({ file, tickets, warnings = [], implied = [] }: SourceContent): Backlog {
  const backlog = checkBacklog(file, tickets);
  return { ...backlog, warnings: [...warnings, ...backlog.warnings], implied };
}

/** @throws {BacklogError} for an unknown dependency, or a cycle of tickets that are not all done. */
export function checkBacklog(file: string, listed: readonly Ticket[]): Backlog {
  const { nodes, ignored, inheritedFrom, reopened, heldBack } = toGraphNodes(listed);
  const graph = buildDependencyGraph(nodes);
  const tickets = new Map<string, Ticket>();
  for (const ticket of listed) tickets.set(ticket.id, ticket);
  for (const id of reopened) tickets.set(id, { ...tickets.get(id)!, state: 'UNPROCESSED' });
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
    ids.some((id) => tickets.get(id)?.state !== 'COMPLETED'),
  );
  if (cycle) {
    const steps = cycle.map((id, nth) => {
      const container = inheritedFrom(id, cycle[(nth + 1) % cycle.length]!);
      return container === undefined ? quote(id) : `${quote(id)} (by its epic ${quote(container)})`;
    });
    throw new BacklogError(
      'CYCLE',
      file,
      cycle,
      `circular dependency ${[...steps, quote(cycle[0]!)].join(' -> ')}; remove one of them`,
    );
  }
  const warnings: string[] = [];
  if (ignored.length > 0)
    warnings.push(
      `${file}: ${counted(ignored.length, 'dependency', 'dependencies')} of tickets on their own epic ${ignored.length === 1 ? 'is' : 'are'} ignored: an epic waits for its children`,
    );
  if (reopened.length > 0)
    warnings.push(
      `${file}: ${counted(reopened.length, 'epic is', 'epics are')} COMPLETED with open children, and done when those are: ${shortList(reopened)}`,
    );
  return { file, tickets, graph, heldBack, warnings };
}

export function ticketOf({ tickets }: Pick<Backlog, 'tickets'>, id: string): Ticket {
  const ticket = tickets.get(id);
  if (!ticket) throw new Error(`ticket ${quote(id)} is not in the backlog`);
  return ticket;
}

export interface Selection {
  /** Only tickets whose id or component starts with this. */
  readonly component?: string;
  /** Only these tickets. Those that are DEFERRED are tried again. */
  readonly only?: readonly string[];
  /** Whether DEFERRED tickets, and those in a DEFERRED container, are tried again. */
  readonly retryDeferred?: boolean;
}

/** @throws {BacklogError} `UNKNOWN_TICKET`, `UNKNOWN_COMPONENT`, with the nearest name. */
export function assertSelection({ tickets, file }: Backlog, { component, only = [] }: Selection): void {
  const unknown = only.find((id) => !tickets.has(id));
  if (unknown !== undefined) {
    const message = `--only: no ticket ${quote(unknown)}${didYouMean(unknown, tickets.keys())}`;
    throw new BacklogError('UNKNOWN_TICKET', file, [unknown], message);
  }
  const all = [...tickets.values()];
  if (component === undefined || all.length === 0 || all.some((ticket) => matches(ticket, component))) return;
  const known = new Set(all.map((ticket) => ticket.component).filter((name) => name !== ''));
  const message = `--component: no ticket is in ${quote(component)}${didYouMean(component, known)}`;
  throw new BacklogError('UNKNOWN_COMPONENT', file, [], message);
}

/** Ids of the tickets that a run should complete. */
export function selectTickets(backlog: Backlog, selection: Selection): Set<string> {
  const triesDeferred = selection.only !== undefined || selection.retryDeferred === true;
  const chosen = new Set<string>();
  for (const { id, state } of ticketsOf(backlog, selection)) {
    if (state === 'COMPLETED') continue;
    if (triesDeferred || (state !== 'DEFERRED' && !backlog.heldBack.has(id))) chosen.add(id);
  }
  return chosen;
}

/** All tickets that a selection names, in any state. */
export function ticketsOf({ tickets }: Pick<Backlog, 'tickets'>, { component, only }: Selection): Ticket[] {
  const all = [...tickets.values()];
  const named = only && new Set(only.flatMap((id) => [id, ...ticketsIn(id, all)]));
  return all.filter((ticket) => (named?.has(ticket.id) ?? true) && matches(ticket, component));
}

function matches(ticket: Ticket, component: string | undefined): boolean {
  return component === undefined || ticket.id.startsWith(component) || ticket.component.startsWith(component);
}

/** Tickets that are missing from a selection only because of their DEFERRED container, with that container. */
export function heldBackIn(
  { heldBack, tickets }: Pick<Backlog, 'heldBack' | 'tickets'>,
  { component, only, retryDeferred }: Selection,
): [id: string, container: string][] {
  if (only !== undefined || retryDeferred) return [];
  return [...heldBack].filter(([id]) => {
    const ticket = tickets.get(id);
    return ticket !== undefined && !isContainer(ticket) && matches(ticket, component);
  });
}

/** The same as lines for the user. */
export function heldBackWarnings(
  backlog: Pick<Backlog, 'file' | 'heldBack' | 'tickets'>,
  selection: Selection,
): string[] {
  const held = heldBackIn(backlog, selection);
  if (held.length === 0) return [];
  const deferred = [...new Set(held.map(([, container]) => container))];
  return [
    `${backlog.file}: ${counted(held.length, 'ticket is', 'tickets are')} blocked by DEFERRED ${deferred.length === 1 ? 'epic' : 'epics'} ${shortList(deferred)}; --only ${deferred[0]} runs what is in it`,
  ];
}

/** The tickets in the scheduler's form. `states` and `minutes` override the index. */
export function schedulerTickets(
  backlog: Backlog,
  states: (ticket: Ticket) => TicketState,
  minutes: (ticket: Ticket, index: number) => number | undefined = ({ estimatedMinutes }) => estimatedMinutes,
): SchedulerTicket[] {
  return [...backlog.tickets.values()].map((ticket, index) => ({
    id: ticket.id,
    dependencies: backlog.graph.dependenciesOf(ticket.id),
    state: states(ticket),
    priority: ticket.priority,
    component: ticket.component,
    duration: minutes(ticket, index),
    files: ticket.files,
    conflictsWith: ticket.conflictsWith,
    container: isContainer(ticket),
  }));
}

/** Component limits in the scheduler's form. */
export function componentLimits(
  limits: Readonly<Record<string, number>> | undefined,
): ReadonlyMap<string, number> {
  return new Map(Object.entries(limits ?? {}));
}

function quote(id: string): string {
  return JSON.stringify(id);
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** The first few ids, and how many more there are. */
function shortList(ids: readonly string[]): string {
  const shown = ids.slice(0, 3).join(', ');
  return ids.length > 3 ? `${shown} and ${ids.length - 3} more` : shown;
}
