/** Positions of numbers >= 0, the greatest first, equal ones in their order: a radix sort, byte by byte of their bits. */
export function descending(numbers: Float64Array): Int32Array {
  const size = numbers.length;
  const bits = new DataView(new ArrayBuffer(size * 8));
  // The bits of such numbers are in the order of the numbers.
  for (let position = 0; position < size; position++) bits.setFloat64(position * 8, numbers[position]!, true);
  let order: Int32Array = new Int32Array(size);
  for (let position = 0; position < size; position++) order[position] = position;
  const digits = new Uint8Array(size);
  for (let byte = 0; byte < 8; byte++) {
    for (let position = 0; position < size; position++)
      digits[position] = ~bits.getUint8(position * 8 + byte);
    order = stableSort(order, digits);
  }
  return order;
}

/** Positions by their digit, the least first, those of equal digits as they were: a counting sort. */
export function stableSort(order: Int32Array, digits: Uint8Array): Int32Array {
  const start = new Int32Array(256);
  for (let position = 0; position < digits.length; position++) start[digits[position]!]!++;
  let sum = 0;
  for (let digit = 0; digit < 256; digit++) {
    const count = start[digit]!;
    if (count === digits.length) return order;
    start[digit] = sum;
    sum += count;
  }
  const sorted = new Int32Array(order.length);
  for (let at = 0; at < order.length; at++) sorted[start[digits[order[at]!]!]!++] = order[at]!;
  return sorted;
}
