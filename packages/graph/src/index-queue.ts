/**
 * Whole numbers below a capacity, each at most once, the smallest first: a bit each, and above every 32 of them a
 * bit that says whether there is any, up to one word (a van Emde Boas tree in words). Each call takes time in
 * the number of levels, which is 4 for a million.
 */
export class IndexQueue {
  readonly #levels: Int32Array[] = [];

  constructor(capacity: number) {
    let words = capacity;
    do {
      words = Math.max(1, (words + 31) >>> 5);
      this.#levels.push(new Int32Array(words));
    } while (words > 1);
  }

  add(index: number): void {
    let at = index;
    for (const words of this.#levels) {
      const held = words[at >>> 5]!;
      words[at >>> 5] = held | (1 << (at & 31));
      if (held !== 0) return;
      at >>>= 5;
    }
  }

  delete(index: number): void {
    let at = index;
    for (const words of this.#levels) {
      if ((words[at >>> 5]! &= ~(1 << (at & 31))) !== 0) return;
      at >>>= 5;
    }
  }

  /** The smallest; -1 when it is empty. */
  first(): number {
    let at = 0;
    for (let level = this.#levels.length - 1; level >= 0; level--) {
      const held = this.#levels[level]![at]!;
      if (held === 0) return -1;
      at = at * 32 + 31 - Math.clz32(held & -held);
    }
    return at;
  }
}
