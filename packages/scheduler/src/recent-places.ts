/** A power of two. */
const MAX_PLACES = 16;

/** The ids that were started last, in a ring: they are looked up again soon, and found faster than among all. */
export class RecentPlaces {
  readonly #ids: string[] = [];
  readonly #places = new Int32Array(MAX_PLACES).fill(-1);
  readonly #endings = new Int32Array(MAX_PLACES);
  #last = 0;

  /** An id has the same place each time. */
  remember(id: string, place: number): void {
    if (this.#places[this.#last] === place) return;
    this.#last = (this.#last + 1) & (MAX_PLACES - 1);
    this.#ids[this.#last] = id;
    this.#places[this.#last] = place;
    this.#endings[this.#last] = endingOf(id);
  }

  /** -1 where it is not among them. */
  placeOf(id: string): number {
    const ending = endingOf(id);
    for (let back = 0; back < MAX_PLACES; back++) {
      const slot = (this.#last - back) & (MAX_PLACES - 1);
      if (this.#endings[slot] === ending && this.#ids[slot] === id) return this.#places[slot]!;
    }
    return -1;
  }
}

/** The last two characters as a number, by which most ids differ: it spares comparing them whole. */
function endingOf(id: string): number {
  return (id.charCodeAt(id.length - 1) << 16) | id.charCodeAt(id.length - 2);
}
