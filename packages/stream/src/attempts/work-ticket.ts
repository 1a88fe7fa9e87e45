import { type Ticket, ticketChecks } from '@sage/tickets';
import type { WorkTicket } from '@sage/workers';

/** A ticket as the workers take it. */
export function workTicket(ticket: Ticket): WorkTicket {
  const { id, title, type, component, description, acceptanceCriteria, docs, files, raw } = ticket;
  const checks = ticketChecks(ticket);
  return { id, title, type, component, description, acceptanceCriteria, docs, files, checks, raw };
}
