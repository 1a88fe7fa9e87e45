import { changeTickets, type TicketChange } from './edit.ts';
import { parseTicketIndex } from './sage-index.ts';
import { TicketPlaces } from './ticket-places.ts';

/** Edits of an index one after the other, as landings make them: what the last edit has made is not read again. */
export class IndexEditor {
  #last: TicketPlaces | undefined;

  /**
   * The text with the changes made in place, see {@link applyTicketChanges}. A change of a ticket that the index does not have is
   * passed over.
   * @throws {TicketIndexError} for a text that is not a valid index.
   */
  edit(text: string, changes: readonly TicketChange[], file: string): string {
    const places = this.#last?.text === text ? this.#last : validPlaces(text, file);
    const known = changes.filter(({ id }) => places.has(id));
    this.#last = changeTickets(places, known, file);
    return this.#last.text;
  }
}

function validPlaces(text: string, file: string): TicketPlaces {
  parseTicketIndex(text, file);
  return TicketPlaces.read(text, file);
}
