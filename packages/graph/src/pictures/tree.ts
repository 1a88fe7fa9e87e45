import type { DependencyGraph } from '../dependency-graph.ts';
import type { PictureOptions } from './picture.ts';

export interface TreeLine {
  /** Branches in front of the id, at most 40 letters: of deeper ones the last, behind an ellipsis. Empty for a root. */
  readonly prefix: string;
  readonly id: string;
  /** What waits for it was shown where it stood first. */
  readonly repeated: boolean;
}

/** Of branches. */
const MAX_DEPTH = 39;

/**
 * The graph as trees: below each node stands what waits for it. Where that is one node alone it is not indented,
 * but stands behind an arrow: a chain goes straight down. A node stands below each of its dependencies, with what is
 * below itself only the first time. Nodes that a cycle keeps from every root come last, each cycle from its first
 * node in input order on. Trees whose roots are in the same group stand together.
 */
export function drawTree(
  graph: DependencyGraph,
  { groupOf = () => '' }: Pick<PictureOptions, 'groupOf'> = {},
): TreeLine[] {
  const { size, ids, dependencyOffsets, dependentOffsets, dependentTargets } = graph;
  const shown = new Uint8Array(size);
  const lines: TreeLine[] = [];
  const roots = [...ids.keys()].filter((node) => dependencyOffsets[node] === dependencyOffsets[node + 1]);
  const grouped = [...Map.groupBy(roots, (node) => groupOf(ids[node]!)).values()].flat();
  const stack: { node: number; prefix: string; below: string }[] = [];
  const draw = (root: number): void => {
    if (shown[root]) return;
    stack.push({ node: root, prefix: '', below: '' });
    for (let top = stack.pop(); top; top = stack.pop()) {
      const { node, prefix, below } = top;
      const dependents = dependentTargets.subarray(dependentOffsets[node], dependentOffsets[node + 1]);
      const repeated = shown[node] === 1;
      lines.push({ prefix, id: ids[node]!, repeated: repeated && dependents.length > 0 });
      if (repeated) continue;
      shown[node] = 1;
      if (dependents.length === 1) {
        stack.push({ node: dependents[0]!, prefix: cut(`${below}\u{2193}  `), below });
        continue;
      }
      // The last one is pushed first: the stack gives them out in input order.
      for (let at = dependents.length - 1; at >= 0; at--) {
        const isLast = at === dependents.length - 1;
        stack.push({
          node: dependents[at]!,
          prefix: cut(`${below}${isLast ? '└─ ' : '├─ '}`),
          below: cut(`${below}${isLast ? '   ' : '│  '}`),
        });
      }
    }
  };
  for (const root of grouped) draw(root);
  for (let node = 0; node < size; node++) draw(node);
  return lines;
}

/** Else the branches of a graph that is deep take room in the square of its depth. */
function cut(branches: string): string {
  return branches.length > MAX_DEPTH ? `\u{2026}${branches.slice(-MAX_DEPTH)}` : branches;
}
