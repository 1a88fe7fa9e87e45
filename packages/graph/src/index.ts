export { buildDependencyGraph } from './dependency-graph.ts';
export type { DependencyGraph, GraphNode } from './dependency-graph.ts';
export { graphStatistics } from './statistics.ts';
export type { GraphStatistics } from './statistics.ts';
export { detectCircularDependencies } from './cycles.ts';
export { elementaryCycles } from './elementary-cycles.ts';
export type { ElementaryCycles } from './elementary-cycles.ts';
export { IndexQueue } from './index-queue.ts';
export { dependencyFirst, topologicalOrder, waves } from './order.ts';
export { longestPaths } from './longest-path.ts';
export type { DurationOf, LongestPaths } from './longest-path.ts';
export { transitiveDependencies, transitiveDependents } from './reach.ts';
export { transitiveReduction } from './transitive-reduction.ts';
export { graphWidth } from './width.ts';
export type { Width } from './width.ts';
export { inducedSubgraph, without } from './without.ts';
export { createReadySet } from './ready-set.ts';
export type { ReadySet } from './ready-set.ts';
export { pictured } from './pictures/picture.ts';
export type { PictureOptions } from './pictures/picture.ts';
export { drawTree } from './pictures/tree.ts';
export type { TreeLine } from './pictures/tree.ts';
export { drawDot } from './pictures/dot.ts';
export { drawMermaid } from './pictures/mermaid.ts';
export { drawSmallSvg } from './pictures/small-svg.ts';
export { drawSvg } from './pictures/svg.ts';
export { fromGraphlib, toGraphlib } from './graphlib.ts';
export {
  CycleError,
  DuplicateIdError,
  InvalidDurationError,
  UnknownIdError,
  UnsupportedIdError,
} from './errors.ts';
