import type { DependencyGraph } from '../dependency-graph.ts';
import { isAcyclic, waves } from '../order.ts';

export interface NodePlace {
  readonly id: string;
  /** The wave, from 0, left to right. */
  readonly column: number;
  /** From 0, top to bottom of the whole picture. */
  readonly row: number;
}

interface Lane {
  readonly group: string;
  readonly firstRow: number;
  readonly rows: number;
}

export interface GraphLayout {
  readonly places: readonly NodePlace[];
  readonly lanes: readonly Lane[];
  readonly columns: number;
  readonly rows: number;
}

/** Sweeps of the barycentre method; further sweeps change little. */
const MAX_SWEEPS = 6;

/**
 * Each wave is a column, so that every edge leads to the right. Each group is a lane, in the order of their first
 * nodes. Within a lane, nodes are sorted by the positions of their neighbours (Sugiyama, Tagawa and Toda, "Methods
 * for visual understanding of hierarchical system structures", 1981). In a graph with cycles, nodes are dealt out to
 * the columns in turn.
 */
export function layOut(graph: DependencyGraph, groupOf: (id: string) => string): GraphLayout {
  const columnOf = columnsOf(graph);
  const groups = Map.groupBy(graph.ids.keys(), (node) => groupOf(graph.ids[node]!));
  const rowOf = new Float64Array(graph.size);
  let lanes: Lane[] = [];
  let rows = 0;
  for (let sweep = 0; sweep <= MAX_SWEEPS; sweep++) {
    const center = centersOf(graph, rowOf, sweep);
    lanes = [];
    rows = 0;
    for (const [group, nodes] of groups) {
      const byColumn = Map.groupBy(nodes, (node) => columnOf[node]!);
      let height = 0;
      for (const column of byColumn.values()) height = Math.max(height, column.length);
      for (const column of byColumn.values()) {
        if (sweep > 0) column.sort((a, b) => center[a]! - center[b]! || a - b);
        const top = rows + (height - column.length) / 2;
        column.forEach((node, index) => (rowOf[node] = top + index));
      }
      lanes.push({ group, firstRow: rows, rows: height });
      rows += height;
    }
  }
  const places = graph.ids.map((id, node) => ({ id, column: columnOf[node]!, row: rowOf[node]! }));
  return { places, lanes, columns: columnOf.reduce((most, column) => Math.max(most, column + 1), 0), rows };
}

function columnsOf(graph: DependencyGraph): Int32Array {
  const columnOf = new Int32Array(graph.size);
  if (isAcyclic(graph)) {
    waves(graph).forEach((ids, wave) => {
      for (const id of ids) columnOf[graph.indexOf(id)] = wave;
    });
  } else {
    const columns = Math.ceil(Math.sqrt(graph.size));
    for (let node = 0; node < graph.size; node++) columnOf[node] = node % columns;
  }
  return columnOf;
}

/** The mean row of a node's dependencies (even sweeps) or dependents (odd sweeps); its own row if it has none. */
function centersOf(graph: DependencyGraph, rowOf: Float64Array, sweep: number): Float64Array {
  const forward = sweep % 2 === 0;
  const offsets = forward ? graph.dependencyOffsets : graph.dependentOffsets;
  const targets = forward ? graph.dependencyTargets : graph.dependentTargets;
  return rowOf.map((own, node) => {
    const row = targets.subarray(offsets[node], offsets[node + 1]);
    return row.length === 0 ? own : row.reduce((sum, target) => sum + rowOf[target]!, 0) / row.length;
  });
}
