import { buildDependencyGraph } from './dependency-graph.ts';
import type { DependencyGraph } from './dependency-graph.ts';
import { UnknownIdError } from './errors.ts';

/**
 * What if these were not there, or done: the graph without them, and without the dependencies on them. What
 * waited for a removed node no longer waits for what that one waited for.
 * @throws {UnknownIdError}
 */
export function without(graph: DependencyGraph, removed: Iterable<string>): DependencyGraph {
  const gone = new Set(removed);
  for (const id of gone) if (!graph.has(id)) throw new UnknownIdError(id);
  const dangling = Map.groupBy(graph.missing, ({ id }) => id);
  return buildDependencyGraph(
    graph.ids
      .filter((id) => !gone.has(id))
      .map((id) => ({
        id,
        state: graph.stateOf(id),
        dependencies: [
          ...graph.dependenciesOf(id).filter((to) => !gone.has(to)),
          ...(dangling.get(id) ?? []).map(({ dependency }) => dependency),
        ],
      })),
  );
}
