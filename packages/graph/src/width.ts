import type { DependencyGraph } from './dependency-graph.ts';
import { maximumMatching } from './matching.ts';
import type { Rows } from './matching.ts';
import { dependencyFirst, waves } from './order.ts';

/** Above this many nodes, the closure (one bit for each pair) and its matching cost too much. */
const EXACT_MAX_NODES = 5_000;

export interface Width {
  /**
   * The largest set of nodes of which none waits for another has a size between these two. They are equal if it is
   * known exactly.
   */
  readonly atLeast: number;
  readonly atMost: number;
  /** `atLeast` nodes of which none waits for another, in input order. */
  readonly antichain: string[];
}

/**
 * How many nodes can be worked on at the same time at best: the size of the largest antichain. By Dilworth ("A
 * decomposition theorem for partially ordered sets", 1950) it equals the fewest chains that cover all nodes, which is
 * the number of nodes minus a maximum matching over the transitive closure (Fulkerson 1956). The antichain comes from
 * König's cover. Exact up to 5,000 nodes. Above that, the widest wave is a lower bound, and a matching over the
 * direct dependencies alone gives an upper bound.
 * @throws {CycleError}
 */
export function graphWidth(graph: DependencyGraph): Width {
  if (graph.size > EXACT_MAX_NODES) {
    const antichain = waves(graph).reduce(
      (widest, wave) => (wave.length > widest.length ? wave : widest),
      [],
    );
    const atMost = graph.size - maximumMatching(directRows(graph)).pairs;
    return { atLeast: antichain.length, atMost, antichain };
  }
  const rows = closureRows(graph);
  const { ofLeft, ofRight, pairs } = maximumMatching(rows);
  // König: left nodes that alternating paths from unmatched left nodes do not reach, and right nodes that they do,
  // cover every pair. The antichain is the nodes with neither side in the cover.
  const leftReached = new Uint8Array(graph.size);
  const rightReached = new Uint8Array(graph.size);
  const stack = [...ofLeft.keys()].filter((node) => ofLeft[node] === -1);
  for (const node of stack) leftReached[node] = 1;
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    for (let edge = rows.offsets[node]!; edge < rows.offsets[node + 1]!; edge++) {
      const target = rows.targets[edge]!;
      if (rightReached[target]) continue;
      rightReached[target] = 1;
      const next = ofRight[target]!;
      if (leftReached[next]) continue;
      leftReached[next] = 1;
      stack.push(next);
    }
  }
  const antichain = graph.ids.filter((_, node) => leftReached[node] && !rightReached[node]);
  const width = graph.size - pairs;
  return { atLeast: width, atMost: width, antichain };
}

function directRows({ dependencyOffsets, dependencyTargets }: DependencyGraph): Rows {
  return { offsets: dependencyOffsets, targets: dependencyTargets };
}

/** Everything that each node waits for. Each row of bits is the union of the rows of the node's dependencies. */
function closureRows(graph: DependencyGraph): Rows {
  const { size, dependencyOffsets, dependencyTargets } = graph;
  const words = Math.ceil(size / 32);
  const bits = new Uint32Array(size * words);
  for (const node of dependencyFirst(graph)) {
    for (let edge = dependencyOffsets[node]!; edge < dependencyOffsets[node + 1]!; edge++) {
      const target = dependencyTargets[edge]!;
      for (let word = 0; word < words; word++) bits[node * words + word]! |= bits[target * words + word]!;
      bits[node * words + (target >>> 5)]! |= 1 << (target & 31);
    }
  }
  const offsets = new Int32Array(size + 1);
  const targets: number[] = [];
  for (let node = 0; node < size; node++) {
    for (let word = 0; word < words; word++) {
      for (let rest = bits[node * words + word]!; rest !== 0; rest &= rest - 1) {
        targets.push(word * 32 + 31 - Math.clz32(rest & -rest));
      }
    }
    offsets[node + 1] = targets.length;
  }
  return { offsets, targets: Int32Array.from(targets) };
}
