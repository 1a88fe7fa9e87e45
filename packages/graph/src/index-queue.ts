/**
 * A sorted set of whole numbers below a capacity. Each number is a bit; each 32 bits have one bit on the level above,
 * which says whether any of them is set, up to a single word (a van Emde Boas tree in words). A call takes time in
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
