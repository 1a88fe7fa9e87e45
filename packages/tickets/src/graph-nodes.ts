import { isContainer } from './ticket.ts';
import type { Ticket, TicketState } from './ticket.ts';

export interface TicketGraphNode {
  id: string;
  dependencies: string[];
  state: TicketState;
}

export interface TicketGraphNodes {
  nodes: TicketGraphNode[];
  /** Dependencies of a ticket on a container that it is itself in, which hold nobody up. */
  ignored: { id: string; container: string }[];
}

/**
 * Tickets as graph nodes. A container waits for its children besides its own dependencies; what is in it,
 * however deep, does not wait for it. Unknown ids stay as they are.
 */
export function toGraphNodes(tickets: readonly Ticket[]): TicketGraphNodes {
  const containers = new Set(tickets.filter(isContainer).map(({ id }) => id));
  const holders = holdersOf(tickets, containers);
  const ignored: { id: string; container: string }[] = [];
  const nodes = tickets.map(({ id, dependencies, children, state }): TicketGraphNode => {
    const own = dependencies.some((dependency) => containers.has(dependency))
      ? around(id, holders)
      : new Set<string>();
    for (const container of own) if (dependencies.includes(container)) ignored.push({ id, container });
    const waitsFor = [...dependencies.filter((dependency) => !own.has(dependency)), ...children];
    return { id, dependencies: [...new Set(waitsFor)], state };
  });
  return { nodes, ignored };
}

/** The containers directly around each id, by the word of either side. */
function holdersOf(tickets: readonly Ticket[], containers: ReadonlySet<string>): Map<string, Set<string>> {
  const holders = new Map<string, Set<string>>();
  const put = (child: string, container: string): void => {
    const known = holders.get(child);
    if (known) known.add(container);
    else holders.set(child, new Set([container]));
  };
  for (const { id, parent, children } of tickets) {
    if (parent !== null && containers.has(parent)) put(id, parent);
    for (const child of children) put(child, id);
  }
  return holders;
}

/** Every container around `id`. Parents that go round in a circle end it all the same. */
function around(id: string, holders: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const found = new Set<string>(holders.get(id));
  // A set is iterated in insertion order, what is added meanwhile included.
  for (const container of found) {
    for (const outer of holders.get(container) ?? []) found.add(outer);
  }
  found.delete(id);
  return found;
}
