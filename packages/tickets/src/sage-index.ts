import { TicketIndexError } from './errors.ts';
import { isRecord, parseJson, placeOf } from './json-text.ts';
import { readTicket } from './ticket.ts';
import type { Ticket } from './ticket.ts';

/** Path of the ticket index, relative to the top of the repository. */
export const SAGE_INDEX = '.sage/tickets/index.json';

export interface TicketIndex {
  readonly file: string;
  readonly version: string | undefined;
  readonly tickets: Ticket[];
}

/** An index whose tickets are not parsed yet, for checks that also cover unreadable tickets. */
export interface RawTicketIndex {
  readonly file: string;
  readonly version: string | undefined;
  readonly tickets: unknown[];
  /** The whole document as parsed, including the user's own members. */
  readonly document: Readonly<Record<string, unknown>>;
}

/**
 * Reads an index (`{"version", "tickets": [...]}`). Strict about JSON, ids, states and edges; every other field may
 * be absent or malformed. References are not resolved. `file` is only used in messages.
 * @throws {TicketIndexError} with the first fault and its place.
 */
export function parseTicketIndex(text: string, file: string): TicketIndex {
  const { version, tickets } = parseRawTicketIndex(text, file);
  const indexes = new Map<string, number>();
  return {
    file,
    version,
    tickets: tickets.map((raw, index) => {
      const read = readTicket(raw);
      if ('problems' in read) {
        const { code, path, message } = read.problems[0]!;
        const id = isRecord(raw) ? raw['id'] : undefined;
        const place = placeOf(text, ['tickets', index, ...path]);
        throw new TicketIndexError({
          file,
          code,
          problem: message,
          place,
          ticket: typeof id === 'string' ? id : undefined,
        });
      }
      const { id } = read.ticket;
      const earlier = indexes.get(id);
      if (earlier !== undefined) {
        const line = placeOf(text, ['tickets', earlier, 'id']).line;
        const problem = `duplicate id ${JSON.stringify(id)}, first on line ${line}: give one of the two another id`;
        throw new TicketIndexError({
          file,
          code: 'DUPLICATE_ID',
          problem,
          place: placeOf(text, ['tickets', index, 'id']),
          ticket: id,
        });
      }
      indexes.set(id, index);
      return read.ticket;
    }),
  };
}

/** @throws {TicketIndexError} if the text is not one JSON document with a list of tickets. */
export function parseRawTicketIndex(text: string, file: string): RawTicketIndex {
  const document = parseJson(text, file);
  if (!isRecord(document)) {
    const problem = 'an index is an object: write {"version": "1.0", "tickets": [...]}';
    throw new TicketIndexError({ file, code: 'NOT_AN_INDEX', problem, place: placeOf(text, []) });
  }
  const { version, tickets } = document;
  if (!Array.isArray(tickets)) {
    const problem =
      tickets === undefined
        ? 'no "tickets": add the list of tickets'
        : '"tickets" is not a list: make it one';
    throw new TicketIndexError({ file, code: 'NOT_AN_INDEX', problem, place: placeOf(text, ['tickets']) });
  }
  return { file, version: typeof version === 'string' ? version : undefined, tickets, document };
}
