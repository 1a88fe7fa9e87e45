/** Where each id stands in a list. */
export interface IdIndex {
  /** The position of an id, or -1; of a repeated id the first. */
  indexOf(id: string): number;
  /** Ids that stand there more than once, in the order in which that is seen. */
  readonly repeated: ReadonlySet<string>;
}

// Differs from process to process, so that no list of ids can be made to collide; it never shows in a result.
const SEED = Math.trunc(Math.random() * 2 ** 32);

/**
 * Open addressing with linear probing, at most half full. A Map does the same, but asks the engine for the hash
 * of every string, and ids that come from JSON.parse have none yet: at a million ids this takes half the time.
 */
export function indexIds(ids: readonly string[]): IdIndex {
  const capacity = 2 ** Math.ceil(Math.log2(Math.max(1, ids.length) * 2));
  // Two numbers a slot: position + 1 (0 where it is free), and the hash, which spares most comparisons.
  const slots = new Int32Array(capacity * 2);
  const last = slots.length - 2;
  const repeated = new Set<string>();

  /** The slot that holds the id, or the free one where it belongs. */
  function find(id: string, hash: number): number {
    let slot = (hash << 1) & last;
    for (let held = slots[slot]!; held !== 0; held = slots[slot]!) {
      if (slots[slot + 1] === hash && ids[held - 1] === id) break;
      slot = (slot + 2) & last;
    }
    return slot;
  }

  for (let position = 0; position < ids.length; position++) {
    const id = ids[position]!;
    const hash = hashOf(id);
    const slot = find(id, hash);
    if (slots[slot] !== 0) {
      repeated.add(id);
      continue;
    }
    slots[slot] = position + 1;
    slots[slot + 1] = hash;
  }
  return { indexOf: (id) => slots[find(id, hashOf(id))]! - 1, repeated };
}

/** FNV-1a over UTF-16 code units, with a last mix for the low bits. */
function hashOf(id: string): number {
  let hash = SEED;
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}
