import type { DependencyGraph, GraphNode } from './dependency-graph.ts';
import { DuplicateIdError, UnknownIdError } from './errors.ts';

/** The nodes that no longer wait for anything, kept up to date while nodes are completed and added. */
export interface ReadySet {
  /** Open ids that wait for nothing, in the order in which they became ready. A live view. */
  readonly ready: ReadonlySet<string>;
  /** How many nodes are not completed. */
  readonly open: number;
  /**
   * Completes a node, and returns the ids that became ready because of it. Takes time in the number of its
   * dependents. A node may be completed before its dependencies. Completing it again changes nothing.
   * @throws {UnknownIdError}
   */
  complete(id: string): string[];
  /**
   * Adds an open node, and returns whether it is ready at once. Takes time in the number of its dependencies. A
   * dependency that does not exist yet is waited for until it is added and completed. Nodes in a cycle are never
   * ready.
   * @throws {DuplicateIdError}
   */
  add(node: GraphNode): boolean;
}

/** In `waitsFor`, instead of a number of dependencies. */
const COMPLETED = -1;

/**
 * The ready set of a graph, which is not changed. `isCompleted` says which nodes are completed at the start; the
 * default is those in state COMPLETED. Built in O(nodes + edges).
 */
export function createReadySet(graph: DependencyGraph, isCompleted?: (id: string) => boolean): ReadySet {
  const { size, states, dependencyOffsets, dependencyTargets, dependentOffsets, dependentTargets } = graph;
  /** How many dependencies are not completed, by index. Added nodes come after those of the graph. */
  const waitsFor: number[] = [];
  const ids = [...graph.ids];
  const added = new Map<string, number>();
  const ready = new Set<string>();
  /** Dependents that are not in the graph's rows: those of missing ids, and added nodes. */
  const moreDependents = new Map<string, number[]>();
  let open = 0;

  function indexOf(id: string): number {
    const index = graph.indexOf(id);
    return index === -1 ? (added.get(id) ?? -1) : index;
  }

  function waitMore(index: number, dependency: string): void {
    const known = moreDependents.get(dependency);
    if (known) known.push(index);
    else moreDependents.set(dependency, [index]);
  }

  /** Counts one dependency down; true if it was the last one. */
  function countDown(index: number): boolean {
    if (waitsFor[index] === COMPLETED || --waitsFor[index]! > 0) return false;
    ready.add(ids[index]!);
    return true;
  }

  for (let node = 0; node < size; node++) {
    const isDone = isCompleted ? isCompleted(ids[node]!) : states[node] === 'COMPLETED';
    waitsFor.push(isDone ? COMPLETED : 0);
  }
  for (const { id, dependency } of graph.missing) {
    const index = graph.indexOf(id);
    if (waitsFor[index] !== COMPLETED) waitsFor[index]!++;
    waitMore(index, dependency);
  }
  for (let node = 0; node < size; node++) {
    if (waitsFor[node] === COMPLETED) continue;
    for (let edge = dependencyOffsets[node]!; edge < dependencyOffsets[node + 1]!; edge++)
      if (waitsFor[dependencyTargets[edge]!] !== COMPLETED) waitsFor[node]!++;
    open++;
    if (waitsFor[node] === 0) ready.add(ids[node]!);
  }

  return {
    ready,
    get open() {
      return open;
    },
    complete(id) {
      const index = indexOf(id);
      if (index === -1) throw new UnknownIdError(id);
      if (waitsFor[index] === COMPLETED) return [];
      waitsFor[index] = COMPLETED;
      open--;
      ready.delete(id);
      const released: string[] = [];
      for (let edge = dependentOffsets[index]!; edge < dependentOffsets[index + 1]!; edge++)
        if (countDown(dependentTargets[edge]!)) released.push(ids[dependentTargets[edge]!]!);
      for (const dependent of moreDependents.get(id) ?? [])
        if (countDown(dependent)) released.push(ids[dependent]!);
      return released;
    },
    add({ id, dependencies }) {
      if (indexOf(id) !== -1) throw new DuplicateIdError([id]);
      const index = ids.push(id) - 1;
      added.set(id, index);
      const left = [...new Set(dependencies)].filter((to) => waitsFor[indexOf(to)] !== COMPLETED);
      for (const dependency of left) waitMore(index, dependency);
      waitsFor.push(left.length);
      open++;
      if (left.length === 0) ready.add(id);
      return left.length === 0;
    },
  };
}
