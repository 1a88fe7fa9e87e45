import { buildDependencyGraph, detectCircularDependencies } from '@sage/graph';
import type { DependencyGraph } from '@sage/graph';
import { isContainer, readTicket, toGraphNodes } from '@sage/tickets';
import type { RawTicketIndex, Ticket, TicketProblem } from '@sage/tickets';

export interface Entry {
  /** The id; `#3` for the third ticket if it has none. */
  readonly label: string;
  readonly id: string | undefined;
  /** The ticket as written; empty if it is not an object. */
  readonly raw: Readonly<Record<string, unknown>>;
  /** Why the entry cannot be read as a ticket. */
  readonly problems: readonly TicketProblem[];
}

/** The input of the checks, derived once from the index. */
export interface IndexUnderTest {
  /** Top of the repository. */
  readonly root: string;
  readonly document: Readonly<Record<string, unknown>>;
  readonly entries: readonly Entry[];
  /** Every id in the index, including those of unreadable tickets. */
  readonly ids: ReadonlySet<string>;
  /** The readable tickets, without duplicate ids. A ticket with an unknown state is still in the graph. */
  readonly tickets: readonly Ticket[];
  readonly graph: DependencyGraph;
  readonly cycles: string[][];
  /** Dependencies of tickets on a container that they are in. */
  readonly ignored: readonly { id: string; container: string }[];
  /** The container that a ticket inherits a dependency from. */
  inheritedFrom(id: string, dependency: string): string | undefined;
}

export function indexUnderTest(root: string, { tickets: raws, document }: RawTicketIndex): IndexUnderTest {
  const tickets = new Map<string, Ticket>();
  const entries = raws.map((value, index): Entry => {
    const raw: Record<string, unknown> = isRecord(value) ? value : {};
    const id = typeof raw['id'] === 'string' ? raw['id'] : undefined;
    const read = readTicket(value);
    const readable = 'ticket' in read ? read : readTicket({ ...raw, state: 'UNPROCESSED' });
    if ('ticket' in readable && !tickets.has(readable.ticket.id))
      tickets.set(readable.ticket.id, readable.ticket);
    return { label: id ?? `#${index + 1}`, id, raw, problems: 'problems' in read ? read.problems : [] };
  });
  const { nodes, ignored, inheritedFrom } = toGraphNodes([...tickets.values()]);
  const graph = buildDependencyGraph(nodes);
  return {
    root,
    document,
    entries,
    ids: new Set(entries.flatMap(({ id }) => id ?? [])),
    tickets: [...tickets.values()],
    graph,
    cycles: detectCircularDependencies(graph),
    ignored,
    inheritedFrom,
  };
}

/** Open tickets that are work for an agent. */
export function isOpenWork(ticket: Ticket): boolean {
  return !isContainer(ticket) && (ticket.state === 'UNPROCESSED' || ticket.state === 'IN_PROGRESS');
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
