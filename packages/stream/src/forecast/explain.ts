import { transitiveDependencies, transitiveDependents } from '@sage/graph';
import { explainStart, predictConflict, type StartReason } from '@sage/scheduler';
import { isContainer, type Ticket } from '@sage/tickets';
import type { FileSource, SourcedFile } from '../conflicts/likely-files.ts';
import { didYouMean } from '../backlog/nearest-name.ts';
import { BacklogError } from '../errors.ts';
import { hundredths, type PlanOptions, preparePlan } from './plan.ts';

/** The contract of `sage stream --explain ID --json`. */
export interface Explanation {
  readonly v: 2;
  readonly ticket: string;
  readonly title: string;
  readonly state: string;
  readonly priority: string;
  /** It has children, is never started, and is done when they are. */
  readonly container: boolean;
  /** Open tickets that it waits for; empty for a completed one. */
  readonly waitsFor: readonly string[];
  /** Open tickets that wait only for it; empty for a completed one. */
  readonly unblocks: readonly string[];
  /** Open tickets that wait for it and for others. */
  readonly partlyBlocks: readonly string[];
  /** 1-based position in the plan; absent if it would not start. */
  readonly batch?: number;
  readonly batches: number;
  /**
   * Minutes from the start of the run to its start, and why it does not start earlier; absent if it would not start.
   */
  readonly starts?: { readonly minutes: number } & StartReason;
  readonly onCriticalPath: boolean;
  readonly blockedBy: readonly string[];
  /** Tickets that never run at the same time, because they declare the same files or because one names the other. */
  readonly neverBeside: readonly string[];
  /** Those of them that it names in `conflicts_with`, or that name it. */
  readonly conflictsWith: readonly string[];
  /**
   * Other tickets that it would probably conflict with, likeliest first. It starts beside them only if there is
   * nothing else to start.
   */
  readonly mayConflictWith: readonly {
    readonly ticket: string;
    /** 0 to 1. */
    readonly chance: number;
    /**
     * Files that both may change, likeliest first, with the sources of that knowledge for each of the two tickets.
     */
    readonly files: readonly { readonly path: string; readonly sources: readonly FileSource[] }[];
  }[];
}

/** The smallest chance that is shown, and the most tickets and files. */
const TOLD = { chance: 0.1, tickets: 5, files: 3 };

export async function explainTicket(
  options: PlanOptions & { readonly ticket: string },
): Promise<Explanation> {
  const { plan, backlog, tickets, filesOf, rules } = await preparePlan(options);
  const ticket = backlog.tickets.get(options.ticket);
  if (!ticket) {
    const { ticket: id } = options;
    const message = `--explain: no ticket ${JSON.stringify(id)}${didYouMean(id, backlog.tickets.keys())}`;
    throw new BacklogError('UNKNOWN_TICKET', backlog.file, [options.ticket], message);
  }
  const { id } = ticket;
  const { assignments } = plan.forecast;
  const start = assignments.find((one) => one.id === id)?.start;
  const reason = explainStart(tickets, assignments, id, rules);
  const batch = plan.batches.findIndex((ids) => ids.includes(id));
  const isOpen = (one: Ticket | undefined): one is Ticket =>
    one !== undefined && one.state !== 'COMPLETED' && ticket.state !== 'COMPLETED';
  const others = [...backlog.tickets.values()].filter((other) => other !== ticket && isOpen(other));
  const apart = others.filter((other) => isNamedApart(ticket, other) || shareFiles(ticket, other));
  // Tickets that wait for each other never run at the same time.
  const never = new Set([
    ...apart.map((other) => other.id),
    ...transitiveDependencies(backlog.graph, [id]),
    ...transitiveDependents(backlog.graph, [id]),
  ]);
  const beside = others.filter((other) => !isContainer(other) && !never.has(other.id));
  const stillOpen = (ids: readonly string[]) => ids.filter((one) => isOpen(backlog.tickets.get(one)));
  const waiting = stillOpen(backlog.graph.dependentsOf(id));
  const waitsForOthers = (one: string): boolean => stillOpen(backlog.graph.dependenciesOf(one)).length > 1;
  return {
    v: 2,
    ticket: id,
    title: ticket.title,
    state: ticket.state,
    priority: ticket.priority,
    container: isContainer(ticket),
    waitsFor: stillOpen(backlog.graph.dependenciesOf(id)),
    unblocks: waiting.filter((one) => !waitsForOthers(one)),
    partlyBlocks: waiting.filter(waitsForOthers),
    ...(batch >= 0 && { batch: batch + 1 }),
    batches: plan.batches.length,
    ...(start !== undefined && reason && { starts: { minutes: hundredths(start), ...reason } }),
    onCriticalPath: plan.criticalPath.includes(id),
    blockedBy: plan.blocked.find((one) => one.id === id)?.by ?? [],
    neverBeside: apart.map((other) => other.id),
    conflictsWith: apart.filter((other) => isNamedApart(ticket, other)).map((other) => other.id),
    mayConflictWith: isContainer(ticket) ? [] : likelyConflicts(id, beside, filesOf),
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

function isNamedApart(one: Ticket, other: Ticket): boolean {
  return one.conflictsWith.includes(other.id) || other.conflictsWith.includes(one.id);
}

function shareFiles(one: Ticket, other: Ticket): boolean {
  return one.files.some((path) => other.files.includes(path));
}
