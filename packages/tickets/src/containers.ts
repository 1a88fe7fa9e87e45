import { isContainer } from './ticket.ts';
import type { Ticket } from './ticket.ts';

/** The effects of containers on the tickets in them. */
export interface Containers {
  /** The containers that a ticket is in, nearest first. Either side can declare it. */
  around(id: string): ReadonlySet<string>;
  /** COMPLETED containers with open children. They are not done until their children are. */
  readonly reopened: readonly string[];
  /** Open tickets in a DEFERRED container, with the container that blocks them. */
  readonly heldBack: ReadonlyMap<string, string>;
}

const NONE: ReadonlySet<string> = new Set();

export function readContainers(tickets: readonly Ticket[]): Containers {
  if (!tickets.some(isContainer)) return { around: () => NONE, reopened: [], heldBack: new Map() };
  const byId = new Map(tickets.map((ticket) => [ticket.id, ticket]));
  const holders = holdersOf(tickets);
  const around = (id: string): ReadonlySet<string> => containersAround(id, holders);
  const isDone = doneBy(byId);
  const heldBack = new Map<string, string>();
  for (const { id, state } of tickets) {
    if (state !== 'UNPROCESSED' && state !== 'IN_PROGRESS') continue;
    const holding = around(id);
    if (holding.size === 0) continue;
    const deferred = [...holding].find((container) => byId.get(container)?.state === 'DEFERRED');
    if (deferred !== undefined) heldBack.set(id, deferred);
  }
  const reopened = tickets.filter(
    (ticket) => isContainer(ticket) && ticket.state === 'COMPLETED' && !isDone(ticket),
  );
  return { around, reopened: reopened.map(({ id }) => id), heldBack };
}

/**
 * A ticket is done if its state says so, a container if its children are. Also terminates if containers form a cycle.
 */
function doneBy(byId: ReadonlyMap<string, Ticket>): (ticket: Ticket) => boolean {
  return (ticket) => {
    const seen = new Set<Ticket>([ticket]);
    // A set is iterated in insertion order, including elements added during the iteration.
    for (const { state, children } of seen) {
      if (children.length === 0 && state !== 'COMPLETED') return false;
      for (const child of children) {
        const known = byId.get(child);
        if (known) seen.add(known);
      }
    }
    return true;
  };
}

/** The containers directly around each ticket, as declared by either side. */
function holdersOf(tickets: readonly Ticket[]): Map<string, Set<string>> {
  const containers = new Set(tickets.filter(isContainer).map(({ id }) => id));
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

function containersAround(
  id: string,
  holders: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlySet<string> {
  const direct = holders.get(id);
  if (!direct) return NONE;
  const found = new Set(direct);
  for (const container of found) {
    for (const outer of holders.get(container) ?? []) found.add(outer);
  }
  found.delete(id);
  return found;
}
