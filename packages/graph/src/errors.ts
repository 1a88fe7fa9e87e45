/** Characters of an id shown in a message; `ids`, `id` and `cycles` of an error have the whole id. */
const MAX_CHARACTERS = 100;

/** Quotes ids as JSON, which keeps a message on one line. Long ids and long lists are cut. */
function quoted(ids: readonly string[], separator = ', '): string {
  const shown = ids.slice(0, 8).map((id) => JSON.stringify(shortened(id)));
  return shown.join(separator) + (ids.length > shown.length ? `${separator}… (${ids.length} in all)` : '');
}

function shortened(id: string): string {
  return id.length <= MAX_CHARACTERS ? id : `${id.slice(0, MAX_CHARACTERS - 1).toWellFormed()}…`;
}

/** Two nodes have the same id. */
export class DuplicateIdError extends Error {
  override readonly name = 'DuplicateIdError';
  readonly code = 'DUPLICATE_ID';
  readonly ids: readonly string[];

  constructor(ids: readonly string[]) {
    super(`More than one node has the id ${quoted(ids)}: give each node an id of its own.`);
    this.ids = ids;
  }
}

/** The graph has no node with this id. */
export class UnknownIdError extends Error {
  override readonly name = 'UnknownIdError';
  readonly code = 'UNKNOWN_ID';
  readonly id: string;

  constructor(id: string) {
    super(`The graph has no node ${quoted([id])}: ask has() first, or add the node before building.`);
    this.id = id;
  }
}

/** An order was requested of a graph with cycles. `cycles` is what {@link detectCircularDependencies} returns. */
export class CycleError extends Error {
  override readonly name = 'CycleError';
  readonly code = 'CYCLE';
  readonly cycles: readonly (readonly string[])[];

  constructor(cycles: readonly (readonly string[])[]) {
    const first = cycles[0] ?? [];
    const more = cycles.length > 1 ? ` (and ${cycles.length - 1} more)` : '';
    super(
      `Circular dependency ${quoted(first, ' -> ')} -> ${quoted(first.slice(0, 1))}${more}: remove one of them.`,
    );
    this.cycles = cycles;
  }
}

/** A duration that is not a finite number >= 0. */
export class InvalidDurationError extends Error {
  override readonly name = 'InvalidDurationError';
  readonly code = 'INVALID_DURATION';
  readonly id: string;
  readonly duration: number;

  constructor(id: string, duration: number) {
    super(`The duration of ${quoted([id])} is ${duration}: return a finite number that is not negative.`);
    this.id = id;
    this.duration = duration;
  }
}

/** An id that graphlib would lose or confuse, because it keeps ids as keys of plain objects. */
export class UnsupportedIdError extends Error {
  override readonly name = 'UnsupportedIdError';
  readonly code = 'UNSUPPORTED_ID';
  readonly id: string;

  constructor(id: string) {
    super(`graphlib cannot hold the id ${quoted([id])}: rename it, or use this package's own algorithms.`);
    this.id = id;
  }
}
