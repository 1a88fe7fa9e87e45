// Load and full analysis with @sage/graph.
import { readFileSync } from 'node:fs';
import {
  buildDependencyGraph,
  detectCircularDependencies,
  graphStatistics,
  longestPaths,
  topologicalOrder,
  waves,
} from '@sage/graph';

const { tickets } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const graph = buildDependencyGraph(tickets);
const { edges, roots, leaves } = graphStatistics(graph);
const cycles = detectCircularDependencies(graph);
const order = topologicalOrder(graph);
const levels = waves(graph);
const paths = longestPaths(graph, (_, index) => tickets[index].estimated_minutes);
const critical = paths.slacks.filter((slack) => slack === 0);
console.log(
  JSON.stringify({
    edges,
    roots,
    leaves,
    cycles: cycles.length,
    placed: order.length,
    depth: levels.length,
    minutes: paths.length,
    critical: critical.length,
    megabytes: process.resourceUsage().maxRSS / 1024,
  }),
);
