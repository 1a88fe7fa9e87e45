import { column, counted, fit, paragraph, printable } from '../printable.ts';
import type { Screen } from '../reporters/screen.ts';
import { branchOf, countsOf, marksOf, spoken, timeOf, used, whyNot } from './figures.ts';
import type { Report } from './report.ts';

const ID_COLUMNS = 14;
const TIME_COLUMNS = 9;
/** The columns of a row before its text. */
const ROW_COLUMNS = 18;
/** The maximum lines of a reason. */
const MAX_LINES = 8;

/** The report in lines that fit the screen. Commands are never cut. */
export function reportAsText(report: Report, screen: Screen): string {
  const { colors, columns } = screen;
  const { tickets, agents, next } = report;
  const room = Math.max(20, columns - ROW_COLUMNS);
  const row = (id: string, text: string) => `  ${column(id, ID_COLUMNS, screen)}  ${fit(text, room)}`;
  const below = (text: string) => `${' '.repeat(ROW_COLUMNS)}${text}`;
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ['', colors.bold(title), ...lines];

  const landed = tickets.flatMap((ticket) => {
    if (ticket.outcome !== 'landed' || ticket.container) return [];
    const { id, commit = '', seconds, title } = ticket;
    const spent = used(ticket);
    const figures = `${commit.slice(0, 10)}  ${column(spoken(seconds), TIME_COLUMNS)}`;
    return [row(id, `${figures}${spent === '' ? '' : `${spent}  `}${title}`)];
  });
  const others = tickets.flatMap((ticket) => {
    if (ticket.outcome === 'landed' || ticket.container) return [];
    const { id, telling = [], ref, commands } = ticket;
    return [
      ...paragraph(whyNot(ticket), room, MAX_LINES).map((line, nth) =>
        nth === 0 ? row(id, line) : below(line),
      ),
      ...telling.map((line) => below(colors.dim(`| ${fit(line, room - 2)}`))),
      ...(ref === undefined ? [] : [below(`its work is kept: git show ${printable(ref)}`)]),
      ...[commands.logs, commands.retry].flatMap((line) =>
        line === undefined ? [] : [below(printable(line))],
      ),
    ];
  });
  const marks = tickets.flatMap((ticket) =>
    marksOf(ticket).map(({ word, text }) => row(ticket.id, `${word}: ${text}`)),
  );
  const byAgent = agents.map((agent) => {
    const spent = used(agent);
    const parts = [
      counted(agent.attempts, 'attempt'),
      `${agent.landed} landed`,
      spoken(agent.seconds),
      ...(spent === '' ? [] : [spent]),
    ];
    return row(agent.agent, parts.join(', '));
  });
  const all = used(report);
  const lines = [
    colors.bold(fit(`run ${report.run} on ${branchOf(report)}, ${report.state}`, columns)),
    ...(report.reason === undefined ? [] : paragraph(report.reason, columns, MAX_LINES)),
    fit(countsOf(report), columns),
    fit([timeOf(report), ...(all === '' ? [] : [all])].join('; '), columns),
    ...section('Landed', landed),
    ...section('Not landed', others),
    ...section('To look at', marks),
    ...section('Agents', byAgent),
    ...section(
      'And now',
      next.map((line) => `  ${printable(line)}`),
    ),
  ];
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}
