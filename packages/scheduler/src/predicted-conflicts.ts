/** A file that a ticket will change with a chance of 0 to 1. */
export interface LikelyFile {
  readonly path: string;
  readonly chance: number;
}

export interface PredictedConflict {
  /** The chance that both tickets change at least one common file, 0 to 1. */
  readonly chance: number;
  /** The files in question, likeliest first. */
  readonly paths: readonly string[];
}

/**
 * The chance that two tickets change the same file: 1 minus the product of (1 - p q) over the files that both may
 * change. Files are taken as independent. Whether git could merge the two changes is ignored: as with declared files,
 * both changing one file is what is to be avoided.
 */
export function predictConflict(one: readonly LikelyFile[], other: readonly LikelyFile[]): PredictedConflict {
  const chances = new Map(one.map(({ path, chance }) => [path, chance]));
  const shared = other.flatMap(({ path, chance }) => {
    const both = chance * (chances.get(path) ?? 0);
    return both > 0 ? [{ path, both }] : [];
  });
  const apart = shared.reduce((product, { both }) => product * (1 - both), 1);
  shared.sort((a, b) => b.both - a.both || (a.path < b.path ? -1 : 1));
  return { chance: 1 - apart, paths: shared.map(({ path }) => path) };
}

/** Simulations ask for the same pairs repeatedly. This many chances are cached. */
const MAX_REMEMBERED_PAIRS = 1_000_000;

/** The chance that two tickets conflict when they run at the same time, 0 to 1. */
export interface ConflictChance {
  (one: string, other: string): number;
  /** Whether a ticket may conflict with any other. By default it may. */
  readonly mayConflict?: (id: string) => boolean;
}

/** {@link predictConflict} by ids. */
export function conflictChances(likelyFiles: (id: string) => readonly LikelyFile[]): ConflictChance {
  const known = new Map<string, Map<string, number>>();
  let count = 0;
  const chanceOf = (one: string, other: string): number => {
    const [first, second] = one < other ? [one, other] : [other, one];
    let row = known.get(first);
    if (!row) known.set(first, (row = new Map()));
    let chance = row.get(second);
    if (chance === undefined) {
      if (++count > MAX_REMEMBERED_PAIRS) {
        known.clear();
        known.set(first, (row = new Map()));
        count = 1;
      }
      row.set(second, (chance = predictConflict(likelyFiles(first), likelyFiles(second)).chance));
    }
    return chance;
  };
  return Object.assign(chanceOf, { mayConflict: (id: string): boolean => likelyFiles(id).length > 0 });
}
