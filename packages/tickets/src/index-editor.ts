import { changeTickets, type TicketChange } from './edit.ts';
import { parseTicketIndex } from './sage-index.ts';
import { TicketPlaces } from './ticket-places.ts';

/**
 * For consecutive edits of one index, such as those of landings: the result of an edit is not parsed again for the
 * next.
 */
export class IndexEditor {
  #last: TicketPlaces | undefined;

  /**
   * Applies changes to the text, see {@link applyTicketChanges}. Changes of tickets that are not in the index are
   * ignored.
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
