import { type DependencyGraph, drawTree, graphStatistics, type PictureOptions } from '@sage/graph';
import { fit, printable } from '../printable.ts';
import type { Screen } from './screen.ts';

/** A tree for a person, with a ticket's dependents below it. */
export function formatGraph(
  graph: DependencyGraph,
  { titleOf = (id) => id, groupOf = () => '', marked = [] }: PictureOptions,
  { colors, columns }: Screen,
): string {
  const paint = new Map([
    ['COMPLETED', colors.green],
    ['IN_PROGRESS', colors.cyan],
    ['DEFERRED', colors.yellow],
  ]);
  const signs = new Map([
    ['COMPLETED', '\u{2713}'],
    ['IN_PROGRESS', '>'],
    ['DEFERRED', '!'],
  ]);
  const critical = new Set(marked);
  const several = new Set(graph.ids.map((id) => groupOf(id))).size > 1;
  let group: string | undefined;
  const lines = drawTree(graph, { groupOf }).flatMap(({ prefix, id, repeated }) => {
    const heading: string[] = [];
    if (several && prefix === '' && groupOf(id) !== group) {
      if (group !== undefined) heading.push('');
      group = groupOf(id);
      heading.push(colors.bold(fit(printable(group), columns)));
    }
    const state = graph.stateOf(id) ?? '';
    const title = repeated ? '(see above)' : titleOf(id) === id ? '' : titleOf(id);
    const text = `${signs.get(state) ?? '\u{00b7}'}${critical.has(id) ? '*' : ' '} ${printable(id)}  ${title}`;
    const shown = fit(text, columns - prefix.length);
    return [...heading, colors.dim(prefix) + (paint.get(state) ?? ((plain: string) => plain))(shown)];
  });
  const { total, edges, states } = graphStatistics(graph);
  const counts = [...states].map(([state, count]) => `${count} ${state}`).join(', ');
  const legend = critical.size > 0 ? '; * is on the longest chain of open tickets' : '';
  return [
    ...lines,
    '',
    fit(`${total} tickets, ${edges} dependencies: ${counts}${legend}`, 2 * columns),
    '',
  ].join('\n');
}

/** The contract of `sage graph --format json`. */
export function graphAsJson(
  graph: DependencyGraph,
  { titleOf, groupOf, marked = [] }: PictureOptions,
): string {
  const tickets = graph.ids.map((id) => ({
    id,
    title: titleOf?.(id),
    state: graph.stateOf(id),
    component: groupOf?.(id),
    dependencies: graph.dependenciesOf(id),
  }));
  return `${JSON.stringify({ v: 1, tickets, criticalPath: marked })}\n`;
}
