import type { RunState } from '@sage/journal';
import { isContainer, isEdited, type Ticket, type TicketState } from '@sage/tickets';
import type { SourceContent } from '../ports.ts';
import { type Backlog, checkBacklog, type Selection, selectTickets } from './backlog.ts';

/** Facts about the run that an edit of the backlog cannot change. */
export interface RunFacts extends Selection {
  /** Tickets that the run should complete. */
  readonly selection: ReadonlySet<string>;
  /** Whether a ticket is running or waiting to land. */
  readonly isRunning: (id: string) => boolean;
  readonly state: Pick<RunState, 'completed' | 'deferred'>;
}

export interface BacklogEdit {
  readonly backlog: Backlog;
  readonly selection: ReadonlySet<string>;
  /** Tickets that join the run. */
  readonly added: readonly string[];
  /** Tickets that leave the run before they have started. */
  readonly withdrawn: readonly string[];
  /** Every ticket that has changed, including those added or removed. */
  readonly changed: readonly string[];
  /** Tickets that were edited while running. The edit takes effect when they are no longer running. */
  readonly postponed: readonly string[];
}

/**
 * The backlog after someone has edited it. Tickets that the run has completed or deferred stay so, and running
 * tickets keep the version they were started with. Everything else follows the source.
 * @throws {BacklogError}
 */
export function editBacklog(
  current: Backlog,
  { file, tickets: edited }: SourceContent,
  facts: RunFacts,
): BacklogEdit {
  const { selection, isRunning, state } = facts;
  const isCompleted = (id: string): boolean =>
    state.completed.has(id) || current.tickets.get(id)?.state === 'COMPLETED';
  const changed = new Set<string>();
  const postponed: string[] = [];
  const merged = new Map<string, Ticket>();
  const leaving = new Set<string>();

  function take(before: Ticket | undefined, now: Ticket | undefined): Ticket | undefined {
    const { id } = (now ?? before)!;
    if (isCompleted(id)) return settled((now ?? before)!, 'COMPLETED');
    if (state.deferred.has(id)) return settled((now ?? before)!, 'DEFERRED');
    if (before && isRunning(id)) {
      if (!now || isEdited(before, now) || (isOpen(before.state) && now.state === 'DEFERRED'))
        postponed.push(id);
      // All of its dependencies are completed; other ids that it names may be gone.
      return { ...before, dependencies: before.dependencies.filter(isCompleted) };
    }
    // A container is completed by its children, not by its own state.
    const version =
      now && before && now.state === 'COMPLETED' && isContainer(now) ? { ...now, state: before.state } : now;
    const other = before?.state !== version?.state && !(isOpen(before?.state) && isOpen(version?.state));
    if (other && !isOpen(version?.state)) leaving.add(id);
    if (other || !before || !version || isEdited(before, version)) changed.add(id);
    return version;
  }

  const now = new Map(edited.map((ticket) => [ticket.id, ticket]));
  for (const id of new Set([...current.tickets.keys(), ...now.keys()])) {
    const ticket = take(current.tickets.get(id), now.get(id));
    if (ticket) merged.set(id, ticket);
  }
  if (changed.size > 0 || postponed.length > 0) checkBacklog(file, edited);
  if (changed.size === 0)
    return { backlog: current, selection, added: [], withdrawn: [], changed: [], postponed };
  const backlog = checkBacklog(file, [...merged.values()]);
  const wanted = facts.only ? new Set<string>() : selectTickets(backlog, { component: facts.component });
  const added = [...wanted].filter((id) => !selection.has(id) && !isRunning(id));
  const withdrawn = [...selection].filter((id) => leaving.has(id));
  const left = new Set(withdrawn);
  return {
    backlog,
    selection: new Set([...[...selection].filter((id) => !left.has(id)), ...added]),
    added,
    withdrawn,
    changed: [...changed],
    postponed,
  };
}

/** The ticket without its open dependencies, which no longer matter and may be gone. */
function settled(ticket: Ticket, state: TicketState): Ticket {
  return { ...ticket, state, dependencies: [], children: [] };
}

function isOpen(state: TicketState | undefined): boolean {
  return state === 'UNPROCESSED' || state === 'IN_PROGRESS';
}
