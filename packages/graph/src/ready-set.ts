import type { DependencyGraph, GraphNode } from './dependency-graph.ts';
import { DuplicateIdError, UnknownIdError } from './errors.ts';

/** Which nodes wait for nothing any more, kept up to date while nodes are completed and added. */
export interface ReadySet {
  /** Open ids that wait for nothing, in the order in which they became so. It is live. */
  readonly ready: ReadonlySet<string>;
  /** How many nodes are not completed. */
  readonly open: number;
  /**
   * Returns the ids that became ready with it. Takes time in the number of its dependents. A node may be completed
   * before what it waits for; completing it again changes nothing.
   * @throws {UnknownIdError}
   */
  complete(id: string): string[];
  /**
   * Adds an open node; true where it is ready at once. Takes time in the number of its dependencies. One that is
   * not there is waited for until it is added and completed; nodes in a circle are never ready.
   * @throws {DuplicateIdError}
   */
  add(node: GraphNode): boolean;
}

/**
 * The ready set of a graph, which itself stays as it is. Completed at the start is what `isCompleted` says, by
 * the state COMPLETED where it is not given.
 */
export function createReadySet(
  graph: DependencyGraph,
  isCompleted: (id: string) => boolean = (id) => graph.stateOf(id) === 'COMPLETED',
): ReadySet {
  const completed = new Set(graph.ids.filter(isCompleted));
  /** For every open node, how many dependencies of it are not completed. */
  const waitsFor = new Map<string, number>();
  const ready = new Set<string>();
  /** Dependents that the graph's rows do not have: those of dangling ids, and nodes added. */
  const moreDependents = new Map<string, string[]>();

  function waitMore(id: string, dependency: string): void {
    const known = moreDependents.get(dependency);
    if (known) known.push(id);
    else moreDependents.set(dependency, [id]);
  }

  function open(id: string, dependencies: number): boolean {
    waitsFor.set(id, dependencies);
    if (dependencies === 0) ready.add(id);
    return dependencies === 0;
  }

  const dangling = new Map<string, number>();
  for (const { id, dependency } of graph.missing) {
    dangling.set(id, (dangling.get(id) ?? 0) + 1);
    waitMore(id, dependency);
  }
  for (const id of graph.ids) {
    if (completed.has(id)) continue;
    const left = graph.dependenciesOf(id).filter((dependency) => !completed.has(dependency));
    open(id, left.length + (dangling.get(id) ?? 0));
  }

  return {
    ready,
    get open() {
      return waitsFor.size;
    },
    complete(id) {
      if (completed.has(id)) return [];
      if (!waitsFor.delete(id)) throw new UnknownIdError(id);
      completed.add(id);
      ready.delete(id);
      const dependents = [
        ...(graph.has(id) ? graph.dependentsOf(id) : []),
        ...(moreDependents.get(id) ?? []),
      ];
      return dependents.filter((dependent) => {
        const left = waitsFor.get(dependent);
        return left !== undefined && open(dependent, left - 1);
      });
    },
    add({ id, dependencies }) {
      if (completed.has(id) || waitsFor.has(id)) throw new DuplicateIdError([id]);
      const left = [...new Set(dependencies)].filter((dependency) => !completed.has(dependency));
      for (const dependency of left) waitMore(id, dependency);
      return open(id, left.length);
    },
  };
}
