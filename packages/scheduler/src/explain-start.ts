import type { SchedulerTicket } from './backlog.ts';
import type { Assignment } from './simulate.ts';

/** Why a ticket does not start earlier in a simulated run. */
export type StartReason =
  /** It starts with the run. */
  | { readonly because: 'first' }
  /** It waits for this one, the last of its dependencies to be done. */
  | { readonly because: 'dependency'; readonly ticket: string }
  /** This one shares a file with it, or one of the two names the other. */
  | { readonly because: 'conflict'; readonly ticket: string }
  /** Every worker has a ticket that goes first. */
  | { readonly because: 'workers' };

/** Undefined where it does not run. */
export function explainStart(
  tickets: readonly SchedulerTicket[],
  assignments: readonly Assignment[],
  id: string,
): StartReason | undefined {
  const own = assignments.find((one) => one.id === id);
  if (!own) return undefined;
  if (own.start === 0) return { because: 'first' };
  const byId = new Map(tickets.map((ticket) => [ticket.id, ticket]));
  const awaited = leavesOf(byId, id);
  const endedNow = assignments.filter(({ end }) => end === own.start);
  const dependency = endedNow.find((one) => awaited.has(one.id));
  if (dependency) return { because: 'dependency', ticket: dependency.id };
  const rival = endedNow.find((one) => areApart(byId.get(id), byId.get(one.id)));
  return rival ? { because: 'conflict', ticket: rival.id } : { because: 'workers' };
}

/** What a ticket waits for, with the tickets in a container in its place. */
function leavesOf(byId: ReadonlyMap<string, SchedulerTicket>, id: string): Set<string> {
  const found = new Set(byId.get(id)?.dependencies);
  // A set is iterated in insertion order, what is added meanwhile included.
  for (const to of found) {
    const ticket = byId.get(to);
    if (ticket?.container) for (const inner of ticket.dependencies) found.add(inner);
  }
  return found;
}

function areApart(one: SchedulerTicket | undefined, other: SchedulerTicket | undefined): boolean {
  if (!one || !other || one === other) return false;
  return (
    (one.files ?? []).some((file) => other.files?.includes(file)) ||
    (one.conflictsWith ?? []).includes(other.id) ||
    (other.conflictsWith ?? []).includes(one.id)
  );
}
