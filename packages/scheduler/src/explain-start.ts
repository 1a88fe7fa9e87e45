import type { SchedulerTicket } from './backlog.ts';
import { type RankedTicket, rankTickets } from './priority.ts';
import type { SchedulerOptions } from './scheduler.ts';
import type { Assignment } from './simulate.ts';

/** Why a ticket does not start earlier in a simulated run. */
export type StartReason =
  /** It starts with the run. */
  | { readonly because: 'first' }
  /** It waits for this ticket, the last of its dependencies to complete. */
  | { readonly because: 'dependency'; readonly ticket: string }
  /** This ticket shares a file with it, or one of the two names the other. */
  | { readonly because: 'conflict'; readonly ticket: string }
  /** Its component was at its limit, and this ticket was the one that made room. */
  | { readonly because: 'limit'; readonly ticket: string }
  /** Others were started first, because it would probably conflict with this running ticket. */
  | { readonly because: 'predicted-conflict'; readonly ticket: string }
  /** Every worker was busy with a ticket that ranks higher. */
  | { readonly because: 'workers' };

/** Undefined if the ticket does not run. The options are those of the simulated scheduler. */
export function explainStart(
  tickets: readonly SchedulerTicket[],
  assignments: readonly Assignment[],
  id: string,
  { limits, conflictChance, failing }: Pick<SchedulerOptions, 'limits' | 'conflictChance' | 'failing'> = {},
): StartReason | undefined {
  const own = assignments.find((one) => one.id === id);
  if (!own) return undefined;
  if (own.start === 0) return { because: 'first' };
  const byId = new Map(tickets.map((ticket) => [ticket.id, ticket]));
  const awaited = leavesOf(byId, id);
  // Files and places of a component are released when the work has landed.
  const landedNow = assignments.filter(({ landed }) => landed === own.start);
  const dependency = landedNow.find((one) => awaited.has(one.id));
  if (dependency) return { because: 'dependency', ticket: dependency.id };
  const rival = landedNow.find((one) => areApart(byId.get(id), byId.get(one.id)));
  if (rival) return { because: 'conflict', ticket: rival.id };
  const { component } = byId.get(id) ?? {};
  const limit = component === undefined ? undefined : limits?.get(component);
  if (limit !== undefined) {
    const isOfIt = (one: Assignment): boolean => byId.get(one.id)?.component === component;
    const before = assignments.filter(
      (one) => one.start < own.start && one.landed >= own.start && isOfIt(one),
    );
    const freed = landedNow.find(isOfIt);
    if (before.length >= limit && freed) return { because: 'limit', ticket: freed.id };
  }
  const feared =
    conflictChance &&
    likeliestRival(rankTickets(tickets, undefined, failing), assignments, own, awaited, conflictChance);
  return feared === undefined ? { because: 'workers' } : { because: 'predicted-conflict', ticket: feared };
}

/**
 * The likeliest conflict that delayed this ticket: among what ran while lower-ranked tickets were started although
 * this one was ready.
 */
function likeliestRival(
  ranked: readonly RankedTicket[],
  assignments: readonly Assignment[],
  own: Assignment,
  awaited: ReadonlySet<string>,
  conflictChance: (one: string, other: string) => number,
): string | undefined {
  const place = new Map(ranked.map(({ id }, index) => [id, index]));
  const ready = assignments.reduce(
    (time, { id, landed }) => (awaited.has(id) ? Math.max(time, landed) : time),
    0,
  );
  let feared: { id: string; chance: number } | undefined;
  let running: Assignment[] = [];
  for (const one of assignments) {
    if (one.start >= own.start) break;
    running = running.filter(({ landed }) => landed > one.start);
    if (one.start >= ready && place.get(one.id)! > place.get(own.id)!) {
      for (const { id } of running) {
        const chance = conflictChance(own.id, id);
        if (chance > (feared?.chance ?? 0)) feared = { id, chance };
      }
    }
    running.push(one);
  }
  return feared?.id;
}

/** A ticket's dependencies, with containers expanded into their children. */
function leavesOf(byId: ReadonlyMap<string, SchedulerTicket>, id: string): Set<string> {
  const found = new Set(byId.get(id)?.dependencies);
  // A set is iterated in insertion order, including elements added during the iteration.
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
