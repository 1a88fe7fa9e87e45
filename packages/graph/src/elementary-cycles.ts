import TinyQueue from 'tinyqueue';
import { dependsOn, stronglyConnectedComponents } from './cycles.ts';
import type { DependencyRows } from './cycles.ts';
import type { DependencyGraph } from './dependency-graph.ts';

export interface ElementaryCycles {
  /** Each as ids of which each depends on the next and the last on the first, from its first in input order on. */
  readonly cycles: string[][];
  /** There are more than `limit`. */
  readonly truncated: boolean;
}

/**
 * Every elementary cycle, in the order of their first nodes, up to `limit` of them: there can be exponentially
 * many. Johnson, "Finding all the elementary circuits of a directed graph" (SIAM J. Comput. 1975): in time nodes
 * plus edges for each cycle, plus that for each node that starts one.
 */
export function elementaryCycles(graph: DependencyGraph, { limit }: { limit: number }): ElementaryCycles {
  const cycles: string[][] = [];
  const components = new TinyQueue<number[]>(
    cyclicComponents(
      graph,
      graph.ids.map((_, node) => node),
    ),
    (a, b) => a[0]! - b[0]!,
  );
  for (let nodes = components.pop(); nodes; nodes = components.pop()) {
    const ids = nodes.map((node) => graph.ids[node]!);
    const complete = cyclesThroughFirst(inducedRows(graph, nodes), (path) => {
      if (cycles.length >= limit) return false;
      cycles.push(path.map((local) => ids[local]!));
      return true;
    });
    if (!complete) return { cycles, truncated: true };
    for (const component of cyclicComponents(graph, nodes.slice(1))) components.push(component);
  }
  return { cycles, truncated: false };
}

/** The strongly connected components with a cycle among `nodes` (ascending), each ascending. */
function cyclicComponents(graph: DependencyGraph, nodes: readonly number[]): number[][] {
  const rows = inducedRows(graph, nodes);
  const { component, sizes } = stronglyConnectedComponents(rows);
  const members = sizes.map((): number[] => []);
  nodes.forEach((node, local) => members[component[local]!]!.push(node));
  return members.filter((own) => own.length > 1 || dependsOn(graph, own[0]!, own[0]!));
}

/** The part of the graph with these nodes (ascending), numbered anew. */
function inducedRows(graph: DependencyGraph, nodes: readonly number[]): DependencyRows {
  const localOf = new Map(nodes.map((node, local) => [node, local]));
  const dependencyOffsets = new Int32Array(nodes.length + 1);
  const targets: number[] = [];
  nodes.forEach((node, local) => {
    for (let edge = graph.dependencyOffsets[node]!; edge < graph.dependencyOffsets[node + 1]!; edge++) {
      const target = localOf.get(graph.dependencyTargets[edge]!);
      if (target !== undefined) targets.push(target);
    }
    dependencyOffsets[local + 1] = targets.length;
  });
  return { size: nodes.length, dependencyOffsets, dependencyTargets: Int32Array.from(targets) };
}

/**
 * Gives out each elementary cycle through node 0 of a strongly connected part, until `take` wants no more; then
 * false. A node that led nowhere stays blocked until one that it leads to is on a cycle again. No recursion.
 */
function cyclesThroughFirst(
  { size, dependencyOffsets, dependencyTargets }: DependencyRows,
  take: (path: readonly number[]) => boolean,
): boolean {
  const blocked = new Uint8Array(size);
  const onCycle = new Uint8Array(size);
  const nextEdge = new Int32Array(size);
  const waiting = Array.from({ length: size }, () => new Set<number>());
  const path: number[] = [];

  function enter(node: number): void {
    path.push(node);
    blocked[node] = 1;
    onCycle[node] = 0;
    nextEdge[node] = dependencyOffsets[node]!;
  }

  function unblock(first: number): void {
    const stack = [first];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (!blocked[node]) continue;
      blocked[node] = 0;
      for (const other of waiting[node]!) stack.push(other);
      waiting[node]!.clear();
    }
  }

  enter(0);
  while (path.length > 0) {
    const node = path.at(-1)!;
    const end = dependencyOffsets[node + 1]!;
    if (nextEdge[node]! < end) {
      const target = dependencyTargets[nextEdge[node]!++]!;
      if (target === 0) {
        if (!take(path)) return false;
        onCycle[node] = 1;
      } else if (!blocked[target]) enter(target);
      continue;
    }
    path.pop();
    if (onCycle[node]) {
      unblock(node);
      if (path.length > 0) onCycle[path.at(-1)!] = 1;
      continue;
    }
    for (let edge = dependencyOffsets[node]!; edge < end; edge++)
      waiting[dependencyTargets[edge]!]!.add(node);
  }
  return true;
}
