import { transitiveDependencies, transitiveDependents } from '@sage/graph';
import { explainStart, predictConflict, type StartReason } from '@sage/scheduler';
import { isContainer, type Ticket } from '@sage/tickets';
import { selectTickets } from '../backlog.ts';
import type { FileSource, SourcedFile } from '../conflicts/likely-files.ts';
import { type PlanOptions, preparePlan } from './plan.ts';

/** The contract of `sage stream --explain ID --json`. */
export interface Explanation {
  readonly v: 1;
  readonly ticket: string;
  readonly title: string;
  readonly state: string;
  readonly priority: string;
  /** Open tickets that it waits for. */
  readonly waitsFor: readonly string[];
  /** Open tickets that wait for it. */
  readonly unblocks: readonly string[];
  /** 1-based place in the plan; absent where it would not start. */
  readonly batch?: number;
  readonly batches: number;
  /** Minutes after the start of the run at which it would start, and why not earlier; absent where it would not. */
  readonly starts?: { readonly minutes: number } & StartReason;
  readonly onCriticalPath: boolean;
  readonly blockedBy: readonly string[];
  /** Tickets that do not run at the same time as it, for they declare the same files or name it. */
  readonly keptApartFrom: readonly string[];
  /** Others that it would probably conflict with, the likeliest first: it is started beside them only for want of others. */
  readonly mayConflictWith: readonly {
    readonly ticket: string;
    /** 0 to 1. */
    readonly chance: number;
    /** Files that both may change, the likeliest first, with where the one and the other are known from. */
    readonly files: readonly { readonly path: string; readonly sources: readonly FileSource[] }[];
  }[];
}

/** A chance below this is not worth a word, nor are more tickets or files than so many. */
const TOLD = { chance: 0.1, tickets: 5, files: 3 };

export async function explainTicket(
  options: PlanOptions & { readonly ticket: string },
): Promise<Explanation> {
  const { plan, backlog, tickets, filesOf, rules } = await preparePlan(options);
  selectTickets(backlog, { only: [options.ticket] });
  const ticket = backlog.tickets.get(options.ticket) as Ticket;
  const assignments = plan.forecast.assignments.map((one) => ({ ...one, attempt: 1 }));
  const assignment = assignments.find(({ id }) => id === ticket.id);
  const reason = explainStart(tickets, assignments, ticket.id, rules);
  const batch = plan.batches.findIndex((ids) => ids.includes(ticket.id));
  const open = (id: string) => backlog.tickets.get(id)?.state !== 'COMPLETED';
  const others = [...backlog.tickets.values()].filter(({ id }) => id !== ticket.id && open(id));
  const apart = others.filter((other) => keptApart(ticket, other)).map(({ id }) => id);
  // What waits for it, or it for, never runs beside it.
  const never = new Set([
    ...apart,
    ...transitiveDependencies(backlog.graph, [ticket.id]),
    ...transitiveDependents(backlog.graph, [ticket.id]),
  ]);
  const beside = others.filter((other) => !isContainer(other) && !never.has(other.id));
  return {
    v: 1,
    ticket: ticket.id,
    title: ticket.title,
    state: ticket.state,
    priority: ticket.priority,
    waitsFor: backlog.graph.dependenciesOf(ticket.id).filter(open),
    unblocks: backlog.graph.dependentsOf(ticket.id).filter(open),
    ...(batch >= 0 && { batch: batch + 1 }),
    batches: plan.batches.length,
    ...(assignment && reason && { starts: { minutes: assignment.start, ...reason } }),
    onCriticalPath: plan.criticalPath.includes(ticket.id),
    blockedBy: plan.blocked.find(({ id }) => id === ticket.id)?.by ?? [],
    keptApartFrom: apart,
    mayConflictWith: open(ticket.id) ? likelyConflicts(ticket.id, beside, filesOf) : [],
  };
}

function likelyConflicts(
  id: string,
  others: readonly Ticket[],
  filesOf: (id: string) => readonly SourcedFile[],
): Explanation['mayConflictWith'] {
  const sourceOf = (ticket: string, path: string) =>
    filesOf(ticket).find((file) => file.path === path)?.source;
  const found = others.map(({ id: other }) => ({ other, ...predictConflict(filesOf(id), filesOf(other)) }));
  return found
    .filter(({ chance }) => chance >= TOLD.chance)
    .toSorted((a, b) => b.chance - a.chance || (a.other < b.other ? -1 : 1))
    .slice(0, TOLD.tickets)
    .map(({ other, chance, paths }) => ({
      ticket: other,
      chance: Math.round(chance * 100) / 100,
      files: paths.slice(0, TOLD.files).map((path) => {
        const sources = [sourceOf(id, path), sourceOf(other, path)].filter((source) => source !== undefined);
        return { path, sources: [...new Set(sources)] };
      }),
    }));
}

function keptApart(one: Ticket, other: Ticket): boolean {
  return (
    one.conflictsWith.includes(other.id) ||
    other.conflictsWith.includes(one.id) ||
    one.files.some((path) => other.files.includes(path))
  );
}
