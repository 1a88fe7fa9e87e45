import type { BacklogFormat, ForeignBacklog, FormatOptions } from '../../src/formats/format.ts';
import type { Ticket } from '../../src/ticket.ts';

/** A backlog of one file. */
export function readOne(
  format: BacklogFormat,
  path: string,
  text: string,
  options: FormatOptions = {},
): ForeignBacklog {
  return format.read(new Map([[path, text]]), options);
}

export function ticketOf({ tickets }: Pick<ForeignBacklog, 'tickets'>, id: string): Ticket {
  const found = tickets.filter((ticket) => ticket.id === id);
  if (found.length === 1) return found[0]!;
  throw new Error(`${found.length} tickets ${id} of ${tickets.map(({ id }) => id).join(', ')}`);
}

export function statesOf({ tickets }: Pick<ForeignBacklog, 'tickets'>): Record<string, string> {
  return Object.fromEntries(tickets.map(({ id, state }) => [id, state]));
}

export function edgesOf({ tickets }: Pick<ForeignBacklog, 'tickets'>): string[] {
  return tickets.flatMap(({ id, dependencies }) => dependencies.map((dependency) => `${id}>${dependency}`));
}
