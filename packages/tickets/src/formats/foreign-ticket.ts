import { TicketIndexError } from '../errors.ts';
import type { TextPlace } from '../errors.ts';
import { readTicket } from '../ticket.ts';
import type { Ticket, TicketPriority } from '../ticket.ts';
import type { TicketState } from '../needed-fields.ts';

/** A ticket in the vocabulary of the sage index, as agents read it. */
export interface ForeignTicket {
  readonly id: string;
  readonly title: string | undefined;
  readonly state: TicketState;
  readonly type?: string | undefined;
  readonly priority?: TicketPriority | undefined;
  readonly component?: string | undefined;
  readonly dependencies: readonly string[];
  readonly parent?: string | undefined;
  readonly children?: readonly string[];
  readonly description: string;
  readonly acceptanceCriteria?: readonly string[];
  readonly docs?: Readonly<Record<string, string>>;
  readonly labels?: readonly string[];
  readonly estimated_minutes?: number | undefined;
  readonly complexity?: number | undefined;
}

/** @throws {TicketIndexError} for an invalid id. */
export function foreignTicket(fields: ForeignTicket, file: string, place: () => TextPlace): Ticket {
  const raw = Object.fromEntries(Object.entries(fields).filter(([, value]) => saysSomething(value)));
  const read = readTicket(raw);
  if ('ticket' in read) return read.ticket;
  const { code, message } = read.problems[0]!;
  throw new TicketIndexError({ file, code, problem: message, place: place(), ticket: fields.id });
}

function saysSomething(value: unknown): boolean {
  return value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0);
}

/** Non-empty paragraphs, separated by empty lines. */
export function paragraphs(...texts: readonly (string | undefined)[]): string {
  return texts.filter((text) => text !== undefined && text.trim() !== '').join('\n\n');
}
