import type { DependencyGraph } from '../dependency-graph.ts';
import { colorsOf, edgeKey, MARK, markedEdges } from './picture.ts';
import type { PictureOptions } from './picture.ts';

/** For Graphviz. Edges lead from a dependency to its dependents; groups are clusters. */
export function drawDot(graph: DependencyGraph, options: PictureOptions = {}): string {
  const { titleOf, groupOf = () => '' } = options;
  const marked = new Set(options.marked);
  const critical = markedEdges(options);
  const lines = [
    'digraph dependencies {',
    '  rankdir=LR;',
    '  node [shape=box, style="rounded,filled", fontname="sans-serif", fontsize=10];',
  ];
  let cluster = 0;
  for (const [group, ids] of Map.groupBy(graph.ids, (id) => groupOf(id))) {
    if (group !== '')
      lines.push(`  subgraph cluster_${cluster++} {`, `  label=${quote(group)}; color="#c8c8d0";`);
    for (const id of ids) {
      const [fill, border] = colorsOf(graph.stateOf(id));
      const title = titleOf?.(id);
      const label = title === undefined || title === id ? quote(id) : quote(`${id}\n${title}`);
      const pen = marked.has(id) ? `color="${MARK}", penwidth=2` : `color="${border}"`;
      lines.push(`  ${quote(id)} [label=${label}, fillcolor="${fill}", ${pen}];`);
    }
    if (group !== '') lines.push('  }');
  }
  for (const id of graph.ids) {
    for (const from of graph.dependenciesOf(id)) {
      const pen = critical.has(edgeKey(from, id)) ? ` [color="${MARK}", penwidth=2]` : ' [color="#8a8a94"]';
      lines.push(`  ${quote(from)} -> ${quote(id)}${pen};`);
    }
  }
  return [...lines, '}', ''].join('\n');
}

function quote(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll(/\r?\n/g, '\\n');
  return `"${escaped.replaceAll('\0', '\u{fffd}')}"`;
}
