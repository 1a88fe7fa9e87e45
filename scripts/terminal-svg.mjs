/** A line of a screen: runs of text with the classes of their colours. @typedef {{ text: string, style: string }[]} Line */
/** What stood on the screen from `at` on, in seconds. @typedef {{ at: number, lines: Line[] }} Frame */

const CELL = { width: 7.8, height: 18 };
const PAD = 14;
/** How long the last frame stays before it begins again. */
const REST_SECONDS = 6;

const STYLE = `
text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #1f2328; fill: var(--text); white-space: pre }
:root { --back: #f6f8fa; --text: #1f2328; --red: #b3261e; --green: #1a7f37; --yellow: #9a6700; --blue: #0550ae; --magenta: #8250df; --cyan: #1b7c83 }
@media (prefers-color-scheme: dark) {
  :root { --back: #0d1117; --text: #e6edf3; --red: #ff7b72; --green: #56d364; --yellow: #e3b341; --blue: #79c0ff; --magenta: #d2a8ff; --cyan: #76e3ea }
}
.red { fill: var(--red) } .green { fill: var(--green) } .yellow { fill: var(--yellow) }
.blue { fill: var(--blue) } .magenta { fill: var(--magenta) } .cyan { fill: var(--cyan) }
.back { fill: #f6f8fa; fill: var(--back) }
.dim { opacity: 0.65 } .bold { font-weight: bold }`;

/**
 * Frames of a terminal as one SVG: a strip of all of them that moves behind a window, in a loop.
 * Who wants no motion, and a viewer without CSS, sees the last one. It asks no server for anything.
 * @param {Frame[]} frames
 * @param {{ columns: number, rows: number, title: string }} screen
 */
export function terminalSvg(frames, { columns, rows, title }) {
  const width = Math.ceil(columns * CELL.width) + 2 * PAD;
  const page = rows * CELL.height;
  const height = page + 2 * PAD;
  const ids = new Map();
  const strip = frames.map(({ lines }, number) => {
    const uses = lines.flatMap((line, row) => {
      const content = line.map(({ text, style }) => span(text, style)).join('');
      if (content.trim() === '') return [];
      if (!ids.has(content)) ids.set(content, `l${ids.size}`);
      return [`<use href="#${ids.get(content)}" y="${number * page + (row + 1) * CELL.height - 5}"/>`];
    });
    return uses.join('');
  });
  const seconds = (frames.at(-1)?.at ?? 0) + REST_SECONDS;
  const moves = frames.map(
    ({ at }, number) =>
      `${((100 * at) / seconds).toFixed(2)}% { transform: translateY(${-number * page}px) }`,
  );
  const last = -(frames.length - 1) * page;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${escaped(title)}</title>
<style>${STYLE}
.strip { transform: translateY(${last}px); animation: play ${seconds.toFixed(1)}s step-end infinite }
@media (prefers-reduced-motion: reduce) { .strip { animation: none } }
@keyframes play { ${moves.join(' ')} 100% { transform: translateY(${last}px) } }
</style>
<defs>
${[...ids].map(([content, id]) => `<text id="${id}" xml:space="preserve">${content}</text>`).join('\n')}
</defs>
<rect width="${width}" height="${height}" rx="8" class="back"/>
<svg x="${PAD}" y="${PAD}" width="${width - 2 * PAD}" height="${page}"><g class="strip" transform="translate(0 ${last})">
${strip.join('\n')}
</g></svg>
</svg>
`;
}

function span(text, style) {
  return style === '' ? escaped(text) : `<tspan class="${style}">${escaped(text)}</tspan>`;
}

function escaped(text) {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
