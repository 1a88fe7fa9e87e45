import type { RunEvent } from '@sage/journal';
import type { Backlog } from '../backlog/backlog.ts';

/**
 * Tickets that the run deferred, also in the backlog, and that are open there again: a person wants them tried once
 * more. Deferrals that a killed process could not write to the backlog do not count.
 */
export function setBackTickets(
  events: readonly RunEvent[],
  { tickets }: Pick<Backlog, 'tickets'>,
): ReadonlySet<string> {
  const written = new Map<string, boolean>();
  for (const event of events) {
    if (event.event === 'ticket.deferred') written.set(event.ticket, false);
    if (event.event !== 'run.finished') continue;
    for (const id of written.keys()) written.set(id, !event.unrecorded?.includes(id));
  }
  const isOpen = (id: string): boolean =>
    ['UNPROCESSED', 'IN_PROGRESS'].includes(tickets.get(id)?.state ?? '');
  return new Set([...written].filter(([id, wasWritten]) => wasWritten && isOpen(id)).map(([id]) => id));
}
