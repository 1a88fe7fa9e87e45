import { isContainer } from '@sage/tickets';
import { type Backlog, heldBackIn, type Selection, ticketsOf } from './backlog.ts';

/** Why a selection has no ticket to work on, in one line. */
export function nothingToDo(backlog: Backlog, selection: Selection): string {
  if (backlog.tickets.size === 0)
    return `${backlog.file} has no tickets: add some, then run sage stream again`;
  const { component, only } = selection;
  const where = [
    ...(only === undefined ? [] : [' among the tickets of --only']),
    ...(component === undefined ? [] : [` in ${JSON.stringify(component)}`]),
  ].join('');
  const heldBack = heldBackIn(backlog, selection).length;
  const work = ticketsOf(backlog, selection).filter((ticket) => !isContainer(ticket));
  const inState = (state: string): number => work.filter((ticket) => ticket.state === state).length;
  const parts = [
    [inState('COMPLETED'), 'COMPLETED'],
    [inState('DEFERRED'), 'DEFERRED'],
    [heldBack, 'blocked by a DEFERRED epic'],
  ] as const;
  const counts = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  if (counts.length === 0) return `nothing to do: there is no ticket${where}`;
  const again = inState('DEFERRED') > 0 ? '; --retry-deferred tries deferred tickets again' : '';
  return `nothing to do${where}: ${counts.join(', ')}${again}`;
}
