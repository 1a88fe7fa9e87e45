import type { DependencyGraph } from '../dependency-graph.ts';
import { layOut } from './layout.ts';
import type { NodePlace } from './layout.ts';
import { colorsOf, edgeKey, MARK, markedEdges } from './picture.ts';
import type { PictureOptions } from './picture.ts';
import { escapeXml, shorten } from './svg-text.ts';

const BOX = { width: 170, height: 48 };
const STEP = { x: 240, y: 58 };
const MARGIN = { left: 110, top: 40 };
/** Length of a line. */
const LINE_CHARACTERS = 28;
const KEY = { x: 8, y: 10, width: 140 };

const STYLE =
  'text{font:600 11px sans-serif;fill:#1f2328}.title{font:400 10px sans-serif;fill:#59636e}.lane{font-size:12px;fill:#59636e}' +
  'path{fill:none;stroke:#a3a8b1;marker-end:url(#sage-arrow)}.critical{stroke:#d1242f;stroke-width:2.5}' +
  'path:hover{stroke:#1f2328;stroke-width:3}marker path{fill:#8a8a94;stroke:none;marker-end:none}';
const ARROW =
  '<marker id="sage-arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z"/></marker>';

/**
 * A picture for the browser: a column for each wave, a lane for each group. Hovering shows a node's full title, or
 * highlights an edge and shows its two ends.
 */
export function drawSvg(graph: DependencyGraph, options: PictureOptions = {}): string {
  const { titleOf = (id) => id, groupOf = () => '' } = options;
  const { places, lanes, columns, rows } = layOut(graph, groupOf);
  const marked = new Set(options.marked);
  const critical = markedEdges(options);
  const keys = legend(graph, marked.size > 0);
  const width = Math.max(MARGIN.left + Math.max(1, columns) * STEP.x, KEY.x + keys.length * KEY.width);
  const height = MARGIN.top + Math.max(1, rows) * STEP.y + 16;
  const x = ({ column }: NodePlace): number => MARGIN.left + column * STEP.x;
  const y = ({ row }: NodePlace): number => MARGIN.top + row * STEP.y;

  const bands = lanes.map(({ group, firstRow, rows: high }, index) => {
    const top = MARGIN.top + firstRow * STEP.y - 5;
    const fill = index % 2 === 0 ? '#fafafb' : '#f1f2f5';
    const band = `<rect x="0" y="${top}" width="${width}" height="${high * STEP.y}" fill="${fill}"/>`;
    return `${band}<text x="8" y="${top + 20}" class="lane">${escapeXml(shorten(group, 15))}</text>`;
  });
  const edges: string[] = [];
  const boldEdges: string[] = [];
  for (const to of places) {
    for (const dependency of graph.dependenciesOf(to.id)) {
      const from = places[graph.indexOf(dependency)]!;
      const [x1, y1, x2, y2] = [x(from) + BOX.width, y(from) + BOX.height / 2, x(to), y(to) + BOX.height / 2];
      const bend = x2 > x1 ? Math.max(30, (x2 - x1) / 2) : 60;
      // Edges that lead back to the left (part of a cycle) or to the same node go around the boxes, not behind them.
      const lift = x2 > x1 ? 0 : STEP.y;
      const path = `d="M${x1} ${y1}C${x1 + bend} ${y1 - lift} ${x2 - bend} ${y2 - lift} ${x2} ${y2}"`;
      const ends = `<title>${escapeXml(`${shorten(dependency, 99)} \u{2192} ${shorten(to.id, 99)}`)}</title></path>`;
      if (critical.has(edgeKey(dependency, to.id))) boldEdges.push(`<path class="critical" ${path}>${ends}`);
      else edges.push(`<path ${path}>${ends}`);
    }
  }
  const boxes = places.map((place) => {
    const [fill, border] = colorsOf(graph.stateOf(place.id));
    const pen = marked.has(place.id) ? `stroke="${MARK}" stroke-width="2.5"` : `stroke="${border}"`;
    const title = titleOf(place.id);
    const words = `${place.id}: ${title} (${graph.stateOf(place.id) ?? 'no state'})`;
    const below = title === place.id ? [] : inTwoLines(title);
    const second = below.map(
      (line, nth) => `<text x="8" y="${27 + nth * 13}" class="title">${escapeXml(line)}</text>`,
    );
    return (
      `<g transform="translate(${x(place)} ${y(place)})"><title>${escapeXml(words)}</title>` +
      `<rect width="${BOX.width}" height="${BOX.height}" rx="5" fill="${fill}" ${pen}/>` +
      `<text x="8" y="14">${escapeXml(shorten(place.id, LINE_CHARACTERS - 4))}</text>${second.join('')}</g>`
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<style>${STYLE}</style>`,
    ARROW,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...keys,
    ...bands,
    // The critical path is drawn above the other edges, and boxes above everything.
    ...edges,
    ...boldEdges,
    ...boxes,
    '</svg>',
    '',
  ].join('\n');
}

/** The states in the picture with their colours, and the line of the marked path. */
function legend(graph: DependencyGraph, hasMarked: boolean): string[] {
  const keys = [...new Set(graph.states)].map((state) => {
    const [fill, border] = colorsOf(state);
    return { fill, border, words: state ?? 'no state' };
  });
  if (hasMarked) keys.push({ fill: '#ffffff', border: MARK, words: 'critical path' });
  return keys.map(
    ({ fill, border, words }, index) =>
      `<g class="key" transform="translate(${KEY.x + index * KEY.width} ${KEY.y})">` +
      `<rect width="20" height="12" rx="3" fill="${fill}" stroke="${border}"/>` +
      `<text x="26" y="10" class="title">${escapeXml(shorten(words, 16))}</text></g>`,
  );
}

function inTwoLines(title: string): string[] {
  const letters = Array.from(title);
  if (letters.length <= LINE_CHARACTERS) return [title];
  const space = letters.lastIndexOf(' ', LINE_CHARACTERS);
  const at = space > 0 ? space : LINE_CHARACTERS;
  const second = letters.slice(at).join('').trimStart();
  return [letters.slice(0, at).join(''), shorten(second, LINE_CHARACTERS)];
}
