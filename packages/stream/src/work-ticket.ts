import type { Ticket } from '@sage/tickets';
import type { WorkTicket } from '@sage/workers';

/** A ticket as the workers take it. */
export function workTicket(ticket: Ticket): WorkTicket {
  const { id, title, type, component, description, acceptanceCriteria, docs, files, raw } = ticket;
  return { id, title, type, component, description, acceptanceCriteria, docs, files, raw };
}
