import type { DependencyGraph } from '../dependency-graph.ts';
import type { PictureOptions } from './picture.ts';

export interface TreeLine {
  /**
   * Branches in front of the id, at most 40 characters. Of longer ones the end is kept, behind an ellipsis. Empty for
   * a root.
   */
  readonly prefix: string;
  readonly id: string;
  /** Its dependents were already shown, at its first occurrence. */
  readonly repeated: boolean;
}

/** Characters of branches. */
const MAX_DEPTH = 39;

/**
 * The graph as trees, with a node's dependents below it. A single dependent is not indented but follows an arrow, so
 * a chain goes straight down. A node appears below each of its dependencies, its own dependents only the first time.
 * Nodes that a cycle cuts off from every root come last, starting with the first in input order. Trees whose roots
 * are in the same group stand together.
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
      // Pushed in reverse, because the stack gives them out from the end.
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

/** Without a limit, the branches of a deep graph take space quadratic in its depth. */
function cut(branches: string): string {
  return branches.length > MAX_DEPTH ? `\u{2026}${branches.slice(-MAX_DEPTH)}` : branches;
}
