import { branchOf, countsOf, spoken, used } from './figures.ts';
import { costHtml } from './html-cost.ts';
import { ganttHtml } from './html-gantt.ts';
import { STYLE } from './html-style.ts';
import { clipped, escaped } from './html-text.ts';
import { ticketsHtml } from './html-tickets.ts';
import type { Report } from './report.ts';

export interface HtmlOptions {
  /** A file URL of the folder of the run, for links to logs. */
  readonly base: string;
  /** A picture of the tickets, of at most this many bytes; undefined if there is none. */
  readonly graph: (bytes: number) => string | undefined;
}

/** The maximum size of a page. Mail and code hosts refuse larger attachments. */
const MAX_BYTES = 400_000;

/** From the most detailed to the least. The first one that fits is used. */
const LEVELS = [
  { title: 300, summary: 3_000, reason: 600, graph: 200_000, named: true },
  { title: 200, summary: 600, reason: 300, graph: 100_000, named: true },
  { title: 120, summary: 200, reason: 120, graph: 100_000, named: true },
  { title: 80, summary: 100, reason: 60, graph: 100_000, named: false },
  { title: 60, summary: 0, reason: 40, graph: 60_000, named: false },
];

/** The report as a self-contained page, without scripts and requests. */
export function reportAsHtml(report: Report, options: HtmlOptions): string {
  let page = '';
  for (const level of LEVELS) {
    page = pageOf(report, options, level);
    if (Buffer.byteLength(page) <= MAX_BYTES) break;
  }
  return page;
}

function pageOf(report: Report, { base, graph }: HtmlOptions, level: (typeof LEVELS)[number]): string {
  const picture = graph(level.graph);
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    // Whatever the page contains, it loads and runs nothing.
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    `<base href="${escaped(base)}">`,
    `<title>${clipped(`run ${report.run}`, 200)}</title><style>${STYLE}</style></head><body>`,
    head(report),
    next(report),
    ganttHtml(report, level.named),
    costHtml(report),
    picture === undefined ? '' : `<h2>Dependencies</h2><div class=graph>${picture}</div>`,
    ticketsHtml(report, level),
    agents(report),
    '</body></html>\n',
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function head(report: Report): string {
  const { run, state, reason, seconds, savedSeconds, workers, agent } = report;
  const spent = used(report);
  const tiles = [
    [countsOf(report), 'tickets'],
    [spoken(seconds), savedSeconds < 1 ? 'time' : `${spoken(savedSeconds)} less than one worker`],
    ...(spent === '' ? [] : [[spent, 'used']]),
    [`${workers} \u{d7} ${clipped(agent, 80)}`, 'workers'],
  ];
  return (
    `<h1>${clipped(branchOf(report), 200)}</h1><p class=dim>run ${clipped(run, 200)}, ${escaped(state)}, ${escaped(report.started)}</p>` +
    (reason === undefined ? '' : `<p>${clipped(reason, 600)}</p>`) +
    `<div class=tiles>${tiles.map(([figure, name]) => `<div><b>${figure}</b>${name}</div>`).join('')}</div>`
  );
}

function next({ next: lines }: Report): string {
  return lines.length === 0
    ? ''
    : `<p>And now: ${lines.map((line) => `<code>${clipped(line, 600)}</code>`).join(' ')}</p>`;
}

function agents({ agents: all }: Report): string {
  const rows = all.map(
    (one) =>
      `<tr><td>${clipped(one.agent, 80)}<td>${one.attempts}<td>${one.landed}<td>${spoken(one.seconds)}<td>${used(one)}`,
  );
  if (rows.length === 0) return '';
  return `<h2>Agents</h2><table><tr><th>agent<th>attempts<th>landed<th>time<th>used\n${rows.join('\n')}</table>`;
}
