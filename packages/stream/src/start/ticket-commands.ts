import { type Ticket, ticketChecks } from '@sage/tickets';
import { serverLine } from '@sage/workers';
import type { TicketCommand } from '../run/stream-options.ts';

/** Everything that a ticket has run by a shell: its checks, and its agent where that is a command. */
export function ticketCommands(ticket: Ticket): TicketCommand[] {
  const agent = serverLine(ticket.agent);
  return [
    ...(agent === undefined ? [] : [{ what: `${ticket.id}, agent`, command: agent }]),
    ...ticketChecks(ticket).map(({ name, command }) => ({ what: `${ticket.id}, ${name}`, command })),
  ];
}
