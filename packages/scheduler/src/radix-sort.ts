const DIGIT_BITS = 11;
const BUCKETS = 2 ** DIGIT_BITS;

/** Positions sorted by key, ascending and stable: a radix sort, eleven bits at a time. */
export function sortedByKey(keys: Uint32Array): Int32Array {
  let order = new Int32Array(keys.length);
  let sorted = new Int32Array(keys.length);
  for (let position = 0; position < order.length; position++) order[position] = position;
  const start = new Int32Array(BUCKETS);
  for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
    start.fill(0);
    for (let position = 0; position < keys.length; position++)
      start[(keys[position]! >>> shift) & (BUCKETS - 1)]!++;
    let sum = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const count = start[bucket]!;
      start[bucket] = sum;
      sum += count;
    }
    for (let at = 0; at < order.length; at++) {
      const position = order[at]!;
      sorted[start[(keys[position]! >>> shift) & (BUCKETS - 1)]!++] = position;
    }
    [order, sorted] = [sorted, order];
  }
  return order;
}
