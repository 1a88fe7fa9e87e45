/** A power of two. */
const MAX_PLACES = 16;

/** A ring of the ids started last. They are soon looked up again, and found faster here than among all ids. */
export class RecentPlaces {
  readonly #ids: string[] = [];
  readonly #places = new Int32Array(MAX_PLACES).fill(-1);
  readonly #endings = new Int32Array(MAX_PLACES);
  #last = 0;

  /** The same id must have the same place each time. */
  remember(id: string, place: number): void {
    if (this.#places[this.#last] === place) return;
    this.#last = (this.#last + 1) & (MAX_PLACES - 1);
    this.#ids[this.#last] = id;
    this.#places[this.#last] = place;
    this.#endings[this.#last] = endingOf(id);
  }

  /** -1 if the id is not in the ring. */
  placeOf(id: string): number {
    const ending = endingOf(id);
    for (let back = 0; back < MAX_PLACES; back++) {
      const slot = (this.#last - back) & (MAX_PLACES - 1);
      if (this.#endings[slot] === ending && this.#ids[slot] === id) return this.#places[slot]!;
    }
    return -1;
  }
}

/** The last two characters as a number. Most ids differ there, which saves full comparisons. */
function endingOf(id: string): number {
  return (id.charCodeAt(id.length - 1) << 16) | id.charCodeAt(id.length - 2);
}
