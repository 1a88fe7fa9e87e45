import type { DependencyGraph } from '../dependency-graph.ts';
import { isAcyclic } from '../order.ts';
import { transitiveDependencies, transitiveDependents } from '../reach.ts';
import { transitiveReduction } from '../transitive-reduction.ts';
import { without } from '../without.ts';

export interface PictureOptions {
  /** Shown beside the id. */
  readonly titleOf?: (id: string) => string;
  /** Nodes of one group are drawn together. */
  readonly groupOf?: (id: string) => string;
  /** Nodes to highlight, such as the critical path in order. */
  readonly marked?: readonly string[];
}

/** Fill and border of the states of Sage's tickets; any other state is white. */
const COLORS: ReadonlyMap<string | undefined, readonly [fill: string, border: string]> = new Map([
  ['COMPLETED', ['#d3f2d9', '#3c8c4e']],
  ['IN_PROGRESS', ['#d5e6fb', '#2f6fbf']],
  ['DEFERRED', ['#fde3c4', '#c27718']],
  ['UNPROCESSED', ['#f4f4f5', '#8a8a94']],
]);

export const MARK = '#d1242f';

export function colorsOf(state: string | undefined): readonly [fill: string, border: string] {
  return COLORS.get(state) ?? ['#ffffff', '#8a8a94'];
}

/** Edges between consecutive marked nodes. */
export function markedEdges({ marked = [] }: PictureOptions): Set<string> {
  return new Set(marked.slice(1).map((id, index) => edgeKey(marked[index]!, id)));
}

export function edgeKey(from: string, to: string): string {
  return JSON.stringify([from, to]);
}

/**
 * The part of a graph that a picture can show: the focused node with everything it waits for and everything that
 * waits for it. Nodes that `show` rejects are left out and, if the graph has no cycle, so are dependencies that
 * follow from others.
 * @throws {UnknownIdError}
 */
export function pictured(
  graph: DependencyGraph,
  { focus, show = () => true }: { focus?: string; show?: (id: string) => boolean },
): DependencyGraph {
  const near = focus === undefined ? undefined : neighbourhood(graph, focus);
  const hidden = graph.ids.filter((id) => !show(id) || (near && !near.has(id)));
  const part = hidden.length === 0 ? graph : without(graph, hidden);
  return isAcyclic(part) ? transitiveReduction(part) : part;
}

function neighbourhood(graph: DependencyGraph, focus: string): Set<string> {
  const both = [...transitiveDependencies(graph, [focus]), ...transitiveDependents(graph, [focus])];
  return new Set([focus, ...both]);
}
