import type { Node } from 'jsonc-parser';
import { elementSeparator, end, layoutOf, renderLike } from './json-layout.ts';
import { memberOf, parseSyntax } from './json-text.ts';
import { parseTicketIndex } from './sage-index.ts';

/** A ticket as it is written into an index. Absent members are left out. */
export interface NewTicket {
  readonly id: string;
  readonly title: string;
  readonly state: 'UNPROCESSED';
  readonly type?: string;
  readonly priority?: string;
  readonly component?: string;
  readonly dependencies: readonly string[];
  readonly description?: string;
}

/**
 * Appends a ticket to the text of an index, laid out like the last ticket. All other bytes stay the same.
 * @throws {TicketIndexError} for a text that is not an index, or would not be one with this ticket.
 */
export function addTicket(text: string, ticket: NewTicket, file = 'ticket index'): string {
  parseTicketIndex(text, file);
  const list = memberOf(parseSyntax(text), 'tickets')!;
  const last = list.children?.at(-1);
  const added = last ? after(text, list, last, ticket) : first(text, list, ticket);
  parseTicketIndex(added, file);
  return added;
}

function after(text: string, list: Node, last: Node, ticket: NewTicket): string {
  const layout = layoutOf(text, last) ?? COMPACT;
  const inserted = elementSeparator(text, list, layout) + renderLike(ticket, layout);
  return text.slice(0, end(last)) + inserted + text.slice(end(last));
}

function first(text: string, list: Node, ticket: NewTicket): string {
  const lineBreak = text.includes('\r\n') ? '\r\n' : '\n';
  const object = JSON.stringify(ticket, undefined, 2).replaceAll('\n', `${lineBreak}    `);
  return `${text.slice(0, list.offset)}[${lineBreak}    ${object}${lineBreak}  ]${text.slice(end(list))}`;
}

const COMPACT = { open: '', between: ', ', close: '', colon: ': ' };

/** A new id: the prefix, and the number after the highest one in use with this prefix, padded to the same width. */
export function nextTicketId(prefix: string, ids: Iterable<string>): string {
  let [highest, width] = [0, 3];
  for (const id of ids) {
    const digits = id.startsWith(`${prefix}-`) ? id.slice(prefix.length + 1) : '';
    if (!/^\d{1,15}$/.test(digits)) continue;
    width = Math.max(highest === 0 ? 1 : width, digits.length);
    highest = Math.max(highest, Number(digits));
  }
  return `${prefix}-${String(highest + 1).padStart(width, '0')}`;
}
