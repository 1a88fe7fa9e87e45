import { Graph } from '@dagrejs/graphlib';
import { buildDependencyGraph } from './dependency-graph.ts';
import type { DependencyGraph } from './dependency-graph.ts';
import { UnsupportedIdError } from './errors.ts';

/**
 * A directed graphlib graph. Edges lead from a dependency to its dependent, which makes graphlib's `topsort` a
 * running order. A node's label is its state. Missing dependencies are left out.
 * @throws {UnsupportedIdError} for an id that graphlib 4 loses: a name that every object inherits (`constructor`,
 * `__proto__`, ...), which it takes for an existing node, or an id with `\x01`, which separates the ends of an edge.
 */
export function toGraphlib(graph: DependencyGraph): Graph {
  const result = new Graph({ directed: true });
  graph.ids.forEach((id, index) => {
    if (id in Object.prototype || id.includes('\x01')) throw new UnsupportedIdError(id);
    result.setNode(id, graph.states[index]);
  });
  graph.ids.forEach((id, index) => {
    for (const target of graph.dependencyTargets.subarray(
      graph.dependencyOffsets[index],
      graph.dependencyOffsets[index + 1],
    )) {
      result.setEdge(graph.ids[target]!, id);
    }
  });
  return result;
}

/** The inverse of {@link toGraphlib}. Ignores labels other than strings; parallel edges count once. */
export function fromGraphlib(graph: Graph): DependencyGraph {
  return buildDependencyGraph(
    graph.nodes().map((id) => {
      const label: unknown = graph.node(id);
      return {
        id,
        dependencies: graph.predecessors(id) ?? [],
        state: typeof label === 'string' ? label : undefined,
      };
    }),
  );
}
