import { counted, printable } from '../printable.ts';
import { branchOf, countsOf, marksOf, spoken, timeOf, used, whyNot } from './figures.ts';
import type { Report } from './report.ts';

/** The report for a pull request or a page. */
export function reportAsMarkdown(report: Report): string {
  const { tickets, agents, next } = report;
  const landed = tickets.filter(({ outcome, container }) => outcome === 'landed' && !container);
  const others = tickets.filter(({ outcome, container }) => outcome !== 'landed' && !container);
  const marks = tickets.flatMap((ticket) => marksOf(ticket).map((mark) => ({ id: ticket.id, ...mark })));
  const all = used(report);
  const blocks = [
    `# Run ${inline(report.run)} on ${inline(branchOf(report))}`,
    [
      `${countsOf(report)}.`,
      `${timeOf(report)}.`,
      ...(all === '' ? [] : [`${all}.`]),
      `The run is ${report.state}.`,
      ...(report.reason === undefined ? [] : [inline(report.reason)]),
    ].join('\n'),
    ...table(
      'Landed',
      ['ticket', 'title', 'commit', 'time', 'used'],
      landed.map((ticket) => [
        inline(ticket.id),
        inline(ticket.title),
        (ticket.commit ?? '').slice(0, 10),
        spoken(ticket.seconds),
        used(ticket),
      ]),
    ),
    ...table(
      'Not landed',
      ['ticket', 'title', 'why', 'command'],
      others.map((ticket) => [
        inline(ticket.id),
        inline(ticket.title),
        inline([whyNot(ticket), ...(ticket.telling ?? [])].join(' / ')),
        code(ticket.commands.retry ?? ticket.commands.logs ?? ''),
      ]),
    ),
    ...table(
      'To look at',
      ['ticket', 'what', ''],
      marks.map(({ id, word, text }) => [inline(id), word, inline(text)]),
    ),
    ...table(
      'Agents',
      ['agent', 'attempts', 'landed', 'time', 'used'],
      agents.map((agent) => [
        inline(agent.agent),
        counted(agent.attempts, 'attempt'),
        String(agent.landed),
        spoken(agent.seconds),
        used(agent),
      ]),
    ),
    ...(next.length === 0 ? [] : [`## And now\n\n${next.map((line) => `- ${code(line)}`).join('\n')}`]),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function table(title: string, names: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [[`## ${title}`, '', line(names), line(names.map(() => '---')), ...rows.map(line)].join('\n')];
}

/** Escapes text of tickets and agents: no markup, no HTML, no links, and no mentions. */
export function inline(text: string): string {
  return (
    printable(text)
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll(/[\\`*_[\]|~]/g, '\\$&')
      // Prevents automatic links.
      .replaceAll(/[@#]|:(?=\/\/)|www(?=\.)/gi, '$&\u{200b}')
  );
}

/** A command line, also for use within a table. */
function code(text: string): string {
  const clean = printable(text).replaceAll('|', '\\|');
  if (clean === '') return '';
  // A fence of more backticks than the text contains.
  const longest = Math.max(0, ...[...clean.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const space = longest > 0 ? ' ' : '';
  return `${fence}${space}${clean}${space}${fence}`;
}
