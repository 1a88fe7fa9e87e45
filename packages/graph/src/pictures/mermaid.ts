import type { DependencyGraph } from '../dependency-graph.ts';
import { colorsOf, edgeKey, MARK, markedEdges } from './picture.ts';
import type { PictureOptions } from './picture.ts';

/** A Mermaid flowchart. Nodes are called n0, n1, ... in input order, which keeps ids out of the syntax. */
export function drawMermaid(graph: DependencyGraph, options: PictureOptions = {}): string {
  const { titleOf, groupOf = () => '' } = options;
  const marked = new Set(options.marked);
  const critical = markedEdges(options);
  const lines = ['flowchart LR'];
  let group = 0;
  for (const [name, ids] of Map.groupBy(graph.ids, (id) => groupOf(id))) {
    if (name !== '') lines.push(`  subgraph g${group++}["${escape(name)}"]`);
    for (const id of ids) {
      const title = titleOf?.(id);
      const label = title === undefined || title === id ? escape(id) : `${escape(id)}<br>${escape(title)}`;
      lines.push(`  n${graph.indexOf(id)}["${label}"]`);
    }
    if (name !== '') lines.push('  end');
  }
  const thick: number[] = [];
  let edges = 0;
  for (const [to, id] of graph.ids.entries()) {
    for (const from of graph.dependenciesOf(id)) {
      lines.push(`  n${graph.indexOf(from)} --> n${to}`);
      if (critical.has(edgeKey(from, id))) thick.push(edges);
      edges++;
    }
  }
  const byColor = Map.groupBy(graph.ids.keys(), (node) => colorsOf(graph.states[node]));
  for (const [[fill, border], nodes] of byColor) {
    const name = `c${fill.slice(1)}`;
    lines.push(`  classDef ${name} fill:${fill},stroke:${border},color:#1f2328`);
    lines.push(`  class ${nodes.map((node) => `n${node}`).join(',')} ${name}`);
  }
  for (const id of marked)
    if (graph.has(id)) lines.push(`  style n${graph.indexOf(id)} stroke:${MARK},stroke-width:3px`);
  if (thick.length > 0) lines.push(`  linkStyle ${thick.join(',')} stroke:${MARK},stroke-width:3px`);
  return [...lines, ''].join('\n');
}

/** Writes everything but letters, digits and a few symbols as `#34;`, which Mermaid reads as a character code. */
function escape(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cs}]+/gu, ' ');
  return line.replaceAll(/[^\p{L}\p{N}\p{M} .,:/_-]/gu, (sign) => `#${sign.codePointAt(0)};`);
}
