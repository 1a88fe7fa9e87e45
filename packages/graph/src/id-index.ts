/** The position of each id in a list. */
export interface IdIndex {
  /** The first position of an id, or -1. */
  indexOf(id: string): number;
  /** The positions of all ids of all lists, one list after the other. `count` is the number of ids. */
  indexesOf(lists: readonly (readonly string[])[], count: number): Int32Array;
  /** Ids that occur more than once, in the order in which the repetition is found. */
  readonly repeated: ReadonlySet<string>;
}

// Random for each process, so nobody can prepare ids that collide. It never affects a result.
const SEED = Math.trunc(Math.random() * 2 ** 32);

/**
 * Open addressing with linear probing, at most half full. A Map would need the engine's hash of every string, which
 * ids from JSON.parse do not have yet. With a million ids, this takes half the time.
 */
export function indexIds(ids: readonly string[]): IdIndex {
  const capacity = 2 ** Math.ceil(Math.log2(Math.max(1, ids.length) * 2));
  // Two numbers a slot: position + 1 (0 if the slot is free), and the hash, which avoids most string comparisons.
  const slots = new Int32Array(capacity * 2);
  const last = slots.length - 2;
  const repeated = new Set<string>();

  /** The slot that holds the id, or the free slot for it. */
  function find(id: string, hash: number): number {
    let slot = (hash << 1) & last;
    for (let held = slots[slot]!; held !== 0; held = slots[slot]!) {
      if (slots[slot + 1] === hash && ids[held - 1] === id) break;
      slot = (slot + 2) & last;
    }
    return slot;
  }

  const hashes = new Int32Array(ids.length);
  for (let position = 0; position < ids.length; position++) hashes[position] = hashOf(ids[position]!);
  for (let position = 0; position < ids.length; position++) {
    const slot = find(ids[position]!, hashes[position]!);
    if (slots[slot] !== 0) {
      repeated.add(ids[position]!);
      continue;
    }
    slots[slot] = position + 1;
    slots[slot + 1] = hashes[position]!;
  }
  const indexOf = (id: string): number => slots[find(id, hashOf(id))]! - 1;

  /**
   * Three short loops instead of one lookup after the other: single lookups wait for memory at every step, and take
   * twice as long with a million ids. Loops use an index because an iterator, until it is compiled, allocates an
   * object for each id. At 100,000 ids that is most of the time.
   */
  function indexesOf(lists: readonly (readonly string[])[], count: number): Int32Array {
    const found = new Int32Array(count);
    let at = 0;
    for (let nth = 0; nth < lists.length; nth++) {
      const list = lists[nth]!;
      for (let position = 0; position < list.length; position++) found[at++] = hashOf(list[position]!);
    }
    for (at = 0; at < count; at++) {
      const hash = found[at]!;
      let slot = (hash << 1) & last;
      while (slots[slot] !== 0 && slots[slot + 1] !== hash) slot = (slot + 2) & last;
      found[at] = slots[slot]! - 1;
    }
    at = 0;
    for (let nth = 0; nth < lists.length; nth++) {
      const list = lists[nth]!;
      for (let position = 0; position < list.length; position++, at++) {
        const candidate = found[at]!;
        // A different id with the same hash.
        if (candidate !== -1 && ids[candidate] !== list[position]) found[at] = indexOf(list[position]!);
      }
    }
    return found;
  }

  return { indexOf, indexesOf, repeated };
}

/** FNV-1a over UTF-16 code units, with a final mix for the low bits. */
function hashOf(id: string): number {
  let hash = SEED;
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}
