import { type Ticket, ticketChecks } from '@sage/tickets';
import { serverLine } from '@sage/workers';

/** A check of a ticket, or its agent. */
export interface TicketCommand {
  readonly what: string;
  /** A shell line. */
  readonly command: string;
}

/** All shell lines that a ticket defines: its checks, and its agent if that is a command. */
export function ticketCommands(ticket: Ticket): TicketCommand[] {
  const agent = serverLine(ticket.agent);
  return [
    ...(agent === undefined ? [] : [{ what: `${ticket.id}, agent`, command: agent }]),
    ...ticketChecks(ticket).map(({ name, command }) => ({ what: `${ticket.id}, ${name}`, command })),
  ];
}
