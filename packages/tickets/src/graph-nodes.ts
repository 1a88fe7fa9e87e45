import { type Containers, readContainers } from './containers.ts';
import type { TicketState } from './needed-fields.ts';
import { isContainer } from './ticket.ts';
import type { Ticket } from './ticket.ts';

export interface TicketGraphNode {
  readonly id: string;
  readonly dependencies: string[];
  readonly state: TicketState;
}

export interface TicketGraphNodes extends Pick<Containers, 'reopened' | 'heldBack'> {
  readonly nodes: TicketGraphNode[];
  /** Dependencies of a ticket on a container that it is in. They are dropped. */
  readonly ignored: { id: string; container: string }[];
  /** The container that a ticket inherits a dependency from; undefined for its own dependencies. */
  inheritedFrom(id: string, dependency: string): string | undefined;
}

/**
 * Tickets as graph nodes. A container waits for its own dependencies and for its children. Its own dependencies also
 * hold back everything in it, at any depth, but nothing in it waits for the container. A COMPLETED container with
 * open children is not done. Unknown ids are kept.
 */
export function toGraphNodes(tickets: readonly Ticket[]): TicketGraphNodes {
  const { around, reopened, heldBack } = readContainers(tickets);
  const containers = new Map(tickets.filter(isContainer).map((ticket) => [ticket.id, ticket]));
  const isReopened = new Set(reopened);
  const ignored: { id: string; container: string }[] = [];
  const inherited = new Map<string, string>();
  const nodes = tickets.map(({ id, dependencies, children, state }): TicketGraphNode => {
    const own = around(id);
    // True for most tickets.
    if (own.size === 0 && children.length === 0) return { id, dependencies: eachOnce(dependencies), state };
    const waitsFor = new Set(dependencies);
    for (const container of own) if (waitsFor.delete(container)) ignored.push({ id, container });
    for (const container of own) {
      for (const dependency of containers.get(container)?.dependencies ?? []) {
        // A container's dependency on something inside it does not order its tickets against each other.
        if (dependency === id || own.has(dependency) || waitsFor.has(dependency)) continue;
        if (around(dependency).has(container)) continue;
        waitsFor.add(dependency);
        inherited.set(JSON.stringify([id, dependency]), container);
      }
    }
    for (const child of children) waitsFor.add(child);
    return { id, dependencies: [...waitsFor], state: isReopened.has(id) ? 'UNPROCESSED' : state };
  });
  return {
    nodes,
    ignored,
    reopened,
    heldBack,
    inheritedFrom: (id, dependency) => inherited.get(JSON.stringify([id, dependency])),
  };
}

/** Up to this length, searching a list is faster than making a set of it. */
const SHORT_LIST = 8;

function eachOnce(ids: string[]): string[] {
  if (ids.length > SHORT_LIST) return [...new Set(ids)];
  for (let at = 1; at < ids.length; at++) if (ids.indexOf(ids[at]!) < at) return [...new Set(ids)];
  return ids;
}

/** Everything in a container, at any depth. */
export function ticketsIn(container: string, tickets: readonly Ticket[]): string[] {
  const { around } = readContainers(tickets);
  return tickets.filter(({ id }) => around(id).has(container)).map(({ id }) => id);
}
