import { TicketIndexError } from './errors.ts';
import { isRecord } from './json-text.ts';
import { applyEdits, type TextEdit } from './json-edit.ts';
import { parseRawTicketIndex } from './sage-index.ts';
import { type Span, ticketSpans } from './ticket-spans.ts';

/** The text of an index, with the place of each ticket's object. */
export class TicketPlaces {
  readonly text: string;
  readonly #spans: readonly Span[];
  /** The positions of each id in the list; two or more if it is repeated. */
  readonly #numbers: ReadonlyMap<string, readonly number[]>;

  private constructor(text: string, spans: readonly Span[], numbers: ReadonlyMap<string, readonly number[]>) {
    this.text = text;
    this.#spans = spans;
    this.#numbers = numbers;
  }

  /** @throws {TicketIndexError} for a text that is not an index. */
  static read(text: string, file: string): TicketPlaces {
    const numbers = new Map<string, number[]>();
    for (const [number, { id }] of parseRawTicketIndex(text, file).tickets.filter(isRecord).entries()) {
      if (typeof id !== 'string') continue;
      const known = numbers.get(id);
      if (known) known.push(number);
      else numbers.set(id, [number]);
    }
    return new TicketPlaces(text, ticketSpans(text), numbers);
  }

  has(id: string): boolean {
    return this.#numbers.has(id);
  }

  /** @throws {TicketIndexError} for an id that the index does not have exactly once. */
  spanOf(id: string, file: string): Span {
    const [number, other] = this.#numbers.get(id) ?? [];
    if (other !== undefined) {
      const problem = `duplicate id ${JSON.stringify(id)}: give one of the two another id`;
      throw new TicketIndexError({ file, code: 'DUPLICATE_ID', problem, ticket: id });
    }
    const span = number === undefined ? undefined : this.#spans[number];
    if (span === undefined) {
      const problem = `no ticket ${JSON.stringify(id)} to change: was it removed from the index meanwhile?`;
      throw new TicketIndexError({ file, code: 'UNKNOWN_TICKET', problem, ticket: id });
    }
    return span;
  }

  /** The places after edits inside tickets that leave their ids unchanged. */
  edited(edits: readonly TextEdit[]): TicketPlaces {
    if (edits.length === 0) return this;
    const sorted = edits.toSorted((a, b) => a.offset - b.offset);
    let next = 0;
    let shift = 0;
    const spans = this.#spans.map((span) => {
      const start = span.start + shift;
      for (let edit = sorted[next]; edit !== undefined && edit.offset < span.end; edit = sorted[next]) {
        shift += edit.content.length - edit.length;
        next += 1;
      }
      return { start, end: span.end + shift };
    });
    return new TicketPlaces(applyEdits(this.text, sorted), spans, this.#numbers);
  }
}
