import { DuplicateIdError, UnknownIdError } from './errors.ts';
import { indexIds } from './id-index.ts';

export interface GraphNode {
  readonly id: string;
  /** Ids that must come before this one. A repeated id counts once. */
  readonly dependencies: readonly string[];
  readonly state?: string;
}

/**
 * An immutable graph as compressed sparse rows in both directions. Node `i` is `ids[i]`. Its dependencies are
 * `dependencyTargets[dependencyOffsets[i] .. dependencyOffsets[i + 1]]`, in the order given. Its dependents are the
 * same slice of `dependentTargets`, in input order. The arrays are read-only.
 */
export interface DependencyGraph {
  readonly size: number;
  readonly edges: number;
  readonly ids: readonly string[];
  readonly states: readonly (string | undefined)[];
  /** Dependencies on ids that no node has. They are only listed here, and are neither nodes nor edges. */
  readonly missing: readonly { readonly id: string; readonly dependency: string }[];
  readonly dependencyOffsets: Int32Array;
  readonly dependencyTargets: Int32Array;
  readonly dependentOffsets: Int32Array;
  readonly dependentTargets: Int32Array;
  has(id: string): boolean;
  /** The index of an id, or -1. */
  indexOf(id: string): number;
  /** @throws {UnknownIdError} */
  dependenciesOf(id: string): string[];
  /** @throws {UnknownIdError} */
  dependentsOf(id: string): string[];
  /** @throws {UnknownIdError} */
  stateOf(id: string): string | undefined;
}

/**
 * Builds the graph in O(nodes + edges).
 * @throws {DuplicateIdError} with every id that more than one node has.
 */
export function buildDependencyGraph(nodes: Iterable<GraphNode>): DependencyGraph {
  const all = Array.isArray(nodes) ? (nodes as readonly GraphNode[]) : [...nodes];
  const size = all.length;
  const ids: string[] = [];
  const states: (string | undefined)[] = [];
  const lists: (readonly string[])[] = [];
  // Allocated at full length, because growing the arrays takes longer than filling them.
  ids.length = states.length = lists.length = size;
  let capacity = 0;
  for (let node = 0; node < size; node++) {
    const { id, dependencies, state } = all[node]!;
    ids[node] = id;
    states[node] = state;
    lists[node] = dependencies;
    capacity += dependencies.length;
  }
  const { indexOf, indexesOf, repeated } = indexIds(ids);
  if (repeated.size > 0) throw new DuplicateIdError([...repeated]);

  const missing: { id: string; dependency: string }[] = [];
  const dependencyOffsets = new Int32Array(size + 1);
  // Compacted in place: kept targets are written to the front, never beyond what has been read.
  const row = indexesOf(lists, capacity);
  // lastUser[t] is the last node found to depend on t. It detects repeated dependencies without a set for each node.
  const lastUser = new Int32Array(size).fill(-1);
  let edges = 0;
  let read = 0;
  for (let node = 0; node < size; node++) {
    let unknown: Set<string> | undefined;
    const list = lists[node]!;
    for (let position = 0; position < list.length; position++) {
      const target = row[read++]!;
      if (target === -1) {
        const dependency = list[position]!;
        if (unknown?.has(dependency)) continue;
        (unknown ??= new Set()).add(dependency);
        missing.push({ id: ids[node]!, dependency });
      } else if (lastUser[target] !== node) {
        lastUser[target] = node;
        row[edges++] = target;
      }
    }
    dependencyOffsets[node + 1] = edges;
  }
  const rows = { offsets: dependencyOffsets, targets: row.slice(0, edges) };
  return graphOf({ ids, states, missing, rows, indexOf });
}

/** The parts of a graph, already computed. */
interface GraphParts extends Pick<DependencyGraph, 'ids' | 'states' | 'missing' | 'indexOf'> {
  readonly rows: Rows;
}

export function graphOf({ ids, states, missing, rows, indexOf }: GraphParts): DependencyGraph {
  // Computed on demand: not every caller needs it, and it takes as long as a pass of an algorithm.
  let transposed: Rows | undefined;
  const dependents = (): Rows => (transposed ??= transpose(rows.offsets, rows.targets));

  const existing = (id: string): number => {
    const index = indexOf(id);
    if (index === -1) throw new UnknownIdError(id);
    return index;
  };
  const idsOf = (targets: Int32Array): string[] => {
    const found: string[] = [];
    for (let at = 0; at < targets.length; at++) found.push(ids[targets[at]!]!);
    return found;
  };

  return {
    size: ids.length,
    edges: rows.targets.length,
    ids,
    states,
    missing,
    dependencyOffsets: rows.offsets,
    dependencyTargets: rows.targets,
    get dependentOffsets() {
      return dependents().offsets;
    },
    get dependentTargets() {
      return dependents().targets;
    },
    has: (id) => indexOf(id) !== -1,
    indexOf,
    dependenciesOf: (id) => idsOf(rowOf(rows, existing(id))),
    dependentsOf: (id) => idsOf(rowOf(dependents(), existing(id))),
    stateOf: (id) => states[existing(id)],
  };
}

interface Rows {
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
}

function rowOf({ offsets, targets }: Rows, node: number): Int32Array {
  return targets.subarray(offsets[node], offsets[node + 1]);
}

/** The same edges in the other direction, each row in ascending order (a counting sort). */
function transpose(offsets: Int32Array, targets: Int32Array): Rows {
  const size = offsets.length - 1;
  const reversed = new Int32Array(size + 1);
  for (let edge = 0; edge < targets.length; edge++) reversed[targets[edge]! + 1]!++;
  for (let node = 0; node < size; node++) reversed[node + 1]! += reversed[node]!;
  const next = reversed.slice(0, size);
  const sources = new Int32Array(targets.length);
  for (let node = 0; node < size; node++) {
    for (let edge = offsets[node]!; edge < offsets[node + 1]!; edge++)
      sources[next[targets[edge]!]!++] = node;
  }
  return { offsets: reversed, targets: sources };
}
