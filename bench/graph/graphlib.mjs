// The same with @dagrejs/graphlib: its own algorithms where it has them, the shortest code over its edges elsewhere.
import { readFileSync } from 'node:fs';
import { alg, Graph } from '@dagrejs/graphlib';

const { tickets } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const graph = new Graph();
for (const { id, estimated_minutes: minutes } of tickets) graph.setNode(id, minutes);
for (const { id, dependencies } of tickets)
  for (const dependency of dependencies) graph.setEdge(dependency, id);

const edges = graph.edgeCount();
const roots = graph.sources();
const leaves = graph.sinks();
const cycles = alg.findCycles(graph);
const order = alg.topsort(graph);
const earliest = new Map();
const level = new Map();
for (const id of order) {
  let start = 0;
  let depth = 0;
  for (const dependency of graph.predecessors(id)) {
    start = Math.max(start, earliest.get(dependency) + graph.node(dependency));
    depth = Math.max(depth, level.get(dependency) + 1);
  }
  earliest.set(id, start);
  level.set(id, depth);
}
const levels = Map.groupBy(graph.nodes(), (id) => level.get(id));
const remaining = new Map();
for (const id of order.toReversed()) {
  let longest = 0;
  for (const dependent of graph.successors(id)) longest = Math.max(longest, remaining.get(dependent));
  remaining.set(id, graph.node(id) + longest);
}
let minutes = 0;
for (const id of roots) minutes = Math.max(minutes, remaining.get(id));
const critical = graph.nodes().filter((id) => minutes - earliest.get(id) - remaining.get(id) === 0);
console.log(
  JSON.stringify({
    edges,
    roots: roots.length,
    leaves: leaves.length,
    cycles: cycles.length,
    placed: order.length,
    depth: levels.size,
    minutes,
    critical: critical.length,
    megabytes: process.resourceUsage().maxRSS / 1024,
  }),
);
