import type { DependencyGraph } from '@sage/graph';

/** A graph's dependents, indexed by place in a ranking. Neighbouring places are read one after the other. */
export interface RankedRows {
  /** The place of a node; 0 is the best. */
  readonly places: Int32Array;
  readonly ids: readonly string[];
  /** The dependents of a place are `targets[offsets[place] .. offsets[place + 1]]`, places too. */
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
  /** The number of dependencies of each place. */
  readonly waitsFor: Int32Array;
}

/** `order` has the node of each place. */
export function rankedRows(
  { size, ids, edges, dependencyOffsets, dependencyTargets }: DependencyGraph,
  order: Int32Array,
): RankedRows {
  const places = new Int32Array(size);
  const idsByPlace: string[] = [];
  idsByPlace.length = size;
  for (let place = 0; place < size; place++) {
    const node = order[place]!;
    places[node] = place;
    idsByPlace[place] = ids[node]!;
  }
  // A counting sort of the edges by dependency.
  const offsets = new Int32Array(size + 1);
  for (let edge = 0; edge < edges; edge++) offsets[places[dependencyTargets[edge]!]! + 1]!++;
  for (let place = 0; place < size; place++) offsets[place + 1]! += offsets[place]!;
  const next = offsets.slice(0, size);
  const targets = new Int32Array(edges);
  const waitsFor = new Int32Array(size);
  for (let node = 0; node < size; node++) {
    const place = places[node]!;
    const [from, to] = [dependencyOffsets[node]!, dependencyOffsets[node + 1]!];
    waitsFor[place] = to - from;
    for (let edge = from; edge < to; edge++) targets[next[places[dependencyTargets[edge]!]!]!++] = place;
  }
  return { places, ids: idsByPlace, offsets, targets, waitsFor };
}
