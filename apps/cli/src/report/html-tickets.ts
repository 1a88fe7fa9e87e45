import { SAGE_PATHS } from '@sage/git';
import { marksOf, spoken, used, whyNot } from './figures.ts';
import { clipped, escaped } from './html-text.ts';
import type { Report, TicketReport } from './report.ts';

/** How many bytes of HTML a text may have. */
export interface TextLimits {
  readonly title: number;
  readonly summary: number;
  readonly reason: number;
}

const ID_BYTES = 80;
const COMMAND_BYTES = 400;
/** With more tickets, only the command for all of them is shown. */
const MAX_RETRIES = 20;

/** Paths of logs are relative to the folder of the run, which is the base of the page. */
export function ticketsHtml({ tickets, run }: Pick<Report, 'tickets' | 'run'>, limits: TextLimits): string {
  const rows = tickets.filter(({ container }) => !container);
  const retries = rows.filter(({ commands }) => commands.retry !== undefined).length <= MAX_RETRIES;
  const html = rows.map((ticket) => row(ticket, `${SAGE_PATHS.runs}/${run}/`, limits, retries));
  return `<h2>Tickets</h2><div class=scroll><table class=tickets><tr><th>ticket<th>what came of it<th>commit<th>time<th>used<th>logs\n${html.join('\n')}</table></div>`;
}

function row(ticket: TicketReport, folder: string, limits: TextLimits, retries: boolean): string {
  const { id, title, outcome, commit = '', attempts, seconds, summary, logs } = ticket;
  const links = logs.map(({ attempt, file }) => {
    const path = file.startsWith(folder) ? file.slice(folder.length) : `../../../${file}`;
    return `<a href="${escaped(path.split('/').map(encodeURIComponent).join('/'))}">${attempt}</a>`;
  });
  const told = clipped(title, limits.title);
  const said = summary === undefined || limits.summary === 0 ? '' : clipped(summary, limits.summary);
  const head = said === '' ? `<div>${told}</div>` : `<details><summary>${told}</summary>${said}</details>`;
  return (
    `<tr><td class=n>${clipped(id, ID_BYTES)}<br><span class="s ${outcome}">${outcome}</span>` +
    `<td>${head}${outcome === 'landed' ? '' : notLanded(ticket, limits, retries)}${marks(ticket, limits)}` +
    `<td class=n>${commit === '' ? '' : `<code>${escaped(commit.slice(0, 10))}</code>`}` +
    `<td class=n>${attempts === 0 ? '' : spoken(seconds)}<td class=n>${used(ticket)}<td>${links.join(' ')}`
  );
}

function notLanded(ticket: TicketReport, limits: TextLimits, retries: boolean): string {
  const { telling = [], commands } = ticket;
  const lines = telling.map((line) => `<br><small>| ${clipped(line, limits.reason)}</small>`);
  const retry = retries ? commands.retry : undefined;
  const all = [commands.logs, retry].flatMap((line) =>
    line === undefined ? [] : [`<br><code>${clipped(line, COMMAND_BYTES)}</code>`],
  );
  return `<p>${clipped(whyNot(ticket), limits.reason)}${lines.join('')}${all.join('')}</p>`;
}

function marks(ticket: TicketReport, limits: TextLimits): string {
  return marksOf(ticket)
    .map(({ word, text }) => `<p class=dim>${word}: ${clipped(text, limits.reason)}</p>`)
    .join('');
}
