import { isDeepStrictEqual } from 'node:util';
import { isContainer, type Ticket, type TicketState } from '@sage/tickets';
import { type Backlog, checkBacklog, type IndexContent, type Selection, selectTickets } from '../backlog.ts';
import type { RunState } from '../journal/run-state.ts';

/** What an edit of the index cannot change. */
export interface RunFacts extends Selection {
  /** Tickets that the run is to complete. */
  readonly selection: ReadonlySet<string>;
  /** Whether a ticket is at work, or waits to land. */
  readonly isRunning: (id: string) => boolean;
  readonly state: Pick<RunState, 'completed' | 'deferred'>;
}

export interface BacklogEdit {
  readonly backlog: Backlog;
  readonly selection: ReadonlySet<string>;
  /** They join the run. */
  readonly added: readonly string[];
  /** They leave the run before they were started. */
  readonly withdrawn: readonly string[];
  /** Every ticket that is not what it was, those that came and went included. */
  readonly changed: readonly string[];
  /** They are edited, but run: the edit counts when they do not any more. */
  readonly postponed: readonly string[];
}

/** What landings write into a ticket; `state` is compared by itself. */
const OWN = new Set(['state', 'state_history', 'defer_reason', 'git']);

/**
 * The backlog after an edit of its index. What the run has completed or deferred stays so, what runs keeps the version
 * that it was started with, and everything else is what the index says now.
 * @throws BacklogError
 */
export function editBacklog(
  current: Backlog,
  { file, tickets: edited }: IndexContent,
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
      if (!now || differs(before, now) || (isOpen(before.state) && now.state === 'DEFERRED'))
        postponed.push(id);
      // All that it has waited for is completed; what else it names may be gone.
      return { ...before, dependencies: before.dependencies.filter(isCompleted) };
    }
    // What completes a container is its children.
    const version =
      now && before && now.state === 'COMPLETED' && isContainer(now) ? { ...now, state: before.state } : now;
    const other = before?.state !== version?.state && !(isOpen(before?.state) && isOpen(version?.state));
    if (other && !isOpen(version?.state)) leaving.add(id);
    if (other || !before || !version || differs(before, version)) changed.add(id);
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

/** What it has waited for matters to nobody any more, and may be gone. */
function settled(ticket: Ticket, state: TicketState): Ticket {
  return { ...ticket, state, dependencies: [], children: [] };
}

function isOpen(state: TicketState | undefined): boolean {
  return state === 'UNPROCESSED' || state === 'IN_PROGRESS';
}

/** In anything but what landings write. Asked of every ticket after every landing: most values are the same words. */
function differs({ raw: one }: Ticket, { raw: other }: Ticket): boolean {
  const differsIn = (key: string): boolean =>
    !OWN.has(key) && one[key] !== other[key] && !isDeepStrictEqual(one[key], other[key]);
  return (
    Object.keys(one).some(differsIn) ||
    Object.keys(other).some((key) => !Object.hasOwn(one, key) && differsIn(key))
  );
}
