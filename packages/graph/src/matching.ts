/** Edges from left nodes to right nodes as compressed rows. Both sides are numbered from 0 to the number of rows. */
export interface Rows {
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
}

export interface Matching {
  readonly pairs: number;
  /** The right node matched with each left node, or -1. */
  readonly ofLeft: Int32Array;
  readonly ofRight: Int32Array;
}

/**
 * A maximum matching of a bipartite graph in O(edges * sqrt(nodes)): Hopcroft and Karp, "An n^5/2 algorithm for
 * maximum matchings in bipartite graphs" (SIAM J. Comput. 1973). The stack of the search is an array.
 */
export function maximumMatching({ offsets, targets }: Rows): Matching {
  const size = offsets.length - 1;
  const ofLeft = new Int32Array(size).fill(-1);
  const ofRight = new Int32Array(size).fill(-1);
  const distance = new Int32Array(size);
  const queue = new Int32Array(size);
  const nextEdge = new Int32Array(size);
  const path = new Int32Array(size);

  /**
   * Measures distances from unmatched left nodes along alternating paths. Returns whether a path reaches an unmatched
   * right node.
   */
  function layer(): boolean {
    let end = 0;
    let found = false;
    distance.fill(-1);
    for (let left = 0; left < size; left++) {
      if (ofLeft[left] !== -1) continue;
      distance[left] = 0;
      queue[end++] = left;
    }
    for (let taken = 0; taken < end; taken++) {
      const left = queue[taken]!;
      for (let edge = offsets[left]!; edge < offsets[left + 1]!; edge++) {
        const next = ofRight[targets[edge]!]!;
        if (next === -1) found = true;
        else if (distance[next] === -1) {
          distance[next] = distance[left]! + 1;
          queue[end++] = next;
        }
      }
    }
    return found;
  }

  /** Follows the layers from `start` to an unmatched right node, and flips the path if there is one. */
  function augment(start: number): boolean {
    let depth = 0;
    path[0] = start;
    while (depth >= 0) {
      const left = path[depth]!;
      if (nextEdge[left]! >= offsets[left + 1]!) {
        depth--;
        continue;
      }
      const next = ofRight[targets[nextEdge[left]!++]!]!;
      if (next === -1) break;
      if (distance[next] === distance[left]! + 1) path[++depth] = next;
    }
    for (let at = depth; at >= 0; at--) {
      const left = path[at]!;
      const right = targets[nextEdge[left]! - 1]!;
      ofLeft[left] = right;
      ofRight[right] = left;
    }
    return depth >= 0;
  }

  let pairs = 0;
  while (layer()) {
    nextEdge.set(offsets.subarray(0, size));
    for (let left = 0; left < size; left++) if (ofLeft[left] === -1 && augment(left)) pairs++;
  }
  return { pairs, ofLeft, ofRight };
}
