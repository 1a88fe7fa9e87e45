import type { OpenBacklog } from './backlog.ts';

/**
 * What running tickets hold exclusively, or share with a limited number of others. Keys are places in the ranking.
 */
export interface Exclusions {
  /** Numbers of the files and of the limited component that a ticket holds while it runs, if there are any. */
  readonly needs: ReadonlyMap<number, readonly number[]>;
  /** How many tickets can hold each of them at a time. */
  readonly capacity: readonly number[];
  /** Tickets that must not run beside this one because of `conflictsWith` on either side. */
  readonly rivals: ReadonlyMap<number, readonly number[]>;
}

const NONE: readonly string[] = [];

/** Unknown ids in `conflictsWith` are ignored. */
export function exclusionsOf(
  { tickets, graph }: Pick<OpenBacklog, 'tickets' | 'graph'>,
  places: Int32Array,
  limits: ReadonlyMap<string, number>,
): Exclusions {
  const capacity: number[] = [];
  const files = new Map<string, number>();
  const components = new Map<string, number>();
  const numberOf = (known: Map<string, number>, name: string, most: number): number => {
    let number = known.get(name);
    if (number === undefined) known.set(name, (number = capacity.push(most) - 1));
    return number;
  };
  const rivals = new Map<number, number[]>();
  const add = (place: number, rival: number): void => {
    const known = rivals.get(place);
    if (known) known.push(rival);
    else rivals.set(place, [rival]);
  };
  const needs = new Map<number, number[]>();
  for (let node = 0; node < tickets.length; node++) {
    const { files: paths = NONE, component, conflictsWith = NONE } = tickets[node]!;
    const place = places[node]!;
    for (const id of conflictsWith) {
      const rival = graph.indexOf(id);
      if (rival === -1 || rival === node) continue;
      add(place, places[rival]!);
      add(places[rival]!, place);
    }
    const limit = component === undefined ? undefined : limits.get(component);
    if (limit === undefined && paths.length === 0) continue;
    const own = [...new Set(paths)].map((path) => numberOf(files, path, 1));
    if (limit !== undefined) own.push(numberOf(components, component!, limit));
    needs.set(place, own);
  }
  return { needs, capacity, rivals };
}
