import type { DependencyGraph } from '../dependency-graph.ts';
import { layOut } from './layout.ts';
import type { NodePlace } from './layout.ts';
import { colorsOf } from './picture.ts';
import { escapeXml, shorten } from './svg-text.ts';

const STEP = { x: 48, y: 12 };
const MARGIN = 12;
const RADIUS = 4;
const NAME_LETTERS = 60;

/**
 * An overview of a graph that is too large to label, in few bytes: a dot for each node, a column for each wave, one
 * path for all edges. Hovering over a dot shows its id and state.
 */
export function drawSmallSvg(graph: DependencyGraph): string {
  const { places, columns, rows } = layOut(graph, () => '');
  const width = 2 * MARGIN + Math.max(0, columns - 1) * STEP.x;
  const height = 2 * MARGIN + Math.max(0, rows - 1) * STEP.y;
  const x = ({ column }: NodePlace): number => MARGIN + column * STEP.x;
  const y = ({ row }: NodePlace): number => MARGIN + row * STEP.y;
  const edges = places.flatMap((to) =>
    graph.dependenciesOf(to.id).map((dependency) => {
      const from = places[graph.indexOf(dependency)]!;
      return `M${x(from)} ${y(from)}L${x(to)} ${y(to)}`;
    }),
  );
  const byState = Map.groupBy(places, ({ id }) => graph.stateOf(id));
  const groups = [...byState].map(([state, nodes]) => {
    const [fill, border] = colorsOf(state);
    const dots = nodes.map((place) => {
      const name = escapeXml(`${shorten(place.id, NAME_LETTERS)} (${state ?? 'no state'})`);
      return `<circle cx="${x(place)}" cy="${y(place)}" r="${RADIUS}"><title>${name}</title></circle>`;
    });
    return `<g fill="${fill}" stroke="${border}">${dots.join('')}</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<path d="${edges.join('')}" fill="none" stroke="#d0d3d9"/>`,
    ...groups,
    '</svg>',
    '',
  ].join('\n');
}
