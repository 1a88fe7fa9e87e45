import { isContainer } from './ticket.ts';
import type { Ticket } from './ticket.ts';

/** What containers mean for the tickets in them. */
export interface Containers {
  /** For each ticket the containers that it is in, the nearest first, whichever side says so. */
  around(id: string): ReadonlySet<string>;
  /** Containers that say COMPLETED and have open children: they are done when their children are. */
  readonly reopened: readonly string[];
  /** Open tickets in a DEFERRED container, with that container: they are blocked by it. */
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

/** A ticket is done when it says so, a container when its children are. Circles of containers end all the same. */
function doneBy(byId: ReadonlyMap<string, Ticket>): (ticket: Ticket) => boolean {
  return (ticket) => {
    const seen = new Set<Ticket>([ticket]);
    // A set is iterated in insertion order, including what is added meanwhile.
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

/** The containers directly around each ticket, by the word of either side. */
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
