export { buildDependencyGraph } from './dependency-graph.ts';
export type { DependencyGraph, GraphNode } from './dependency-graph.ts';
export { graphStatistics } from './statistics.ts';
export type { GraphStatistics } from './statistics.ts';
export { detectCircularDependencies } from './cycles.ts';
export { topologicalOrder, waves } from './order.ts';
export { longestPaths } from './longest-path.ts';
export type { LongestPaths } from './longest-path.ts';
export { transitiveDependencies, transitiveDependents } from './reach.ts';
export { fromGraphlib, toGraphlib } from './graphlib.ts';
export {
  CycleError,
  DuplicateIdError,
  InvalidDurationError,
  UnknownIdError,
  UnsupportedIdError,
} from './errors.ts';
