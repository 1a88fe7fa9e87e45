import type { Check, ValidationReport } from '@sage/validate';
import { counted, fit, printable } from '../printable.ts';
import { hours } from './gantt.ts';
import type { Screen } from './screen.ts';

const WORDS = { pass: 'ok  ', warn: 'warn', fail: 'FAIL' } as const;

export interface ValidationFormat {
  /** Whether to show what passes, and every ticket. */
  readonly verbose: boolean;
  readonly screen: Screen;
}

/** The report for a person: first faults, then what a parallel run would gain. */
export function formatReport(report: ValidationReport, { verbose, screen }: ValidationFormat): string {
  const { colors, columns } = screen;
  const paint = { pass: colors.green, warn: colors.yellow, fail: colors.red };
  const lines: string[] = [];
  for (const check of report.checks) {
    if (check.status === 'pass' && !verbose && check.section !== 17) continue;
    const label = `${paint[check.status](WORDS[check.status])}  ${String(check.section).padStart(2)}  `;
    const [first = '', ...more] = wrap(check.message, columns - 10);
    lines.push(label + first, ...more.map((line) => ' '.repeat(10) + line));
    lines.push(...ticketLines(check, verbose, columns));
  }
  const counts = { pass: 0, warn: 0, fail: 0 };
  for (const { status } of report.checks) counts[status] += 1;
  lines.push(
    '',
    colors.bold(`${counts.pass} passed, ${counted(counts.warn, 'warning')}, ${counts.fail} failed`),
  );
  return [...lines, ...parallelLines(report, verbose, columns)].join('\n') + '\n';
}

function ticketLines({ tickets }: Check, verbose: boolean, columns: number): string[] {
  if (tickets.length === 0) return [];
  const shown = verbose ? tickets : tickets.slice(0, 5);
  const more = tickets.length > shown.length ? ` and ${tickets.length - shown.length} more (--verbose)` : '';
  return wrap(shown.join(', ') + more, columns - 10).map((line) => ' '.repeat(10) + line);
}

function parallelLines({ parallel }: ValidationReport, verbose: boolean, columns: number): string[] {
  const {
    unprocessed,
    containers,
    independent,
    ratio,
    width,
    criticalPath,
    recommendedWorkers,
    reason,
    table,
  } = parallel;
  if (unprocessed === 0) return [];
  const lines = [
    `${counted(unprocessed, 'ticket')} to do${containers === 0 ? '' : ` (and ${counted(containers, 'container')})`}, ${independent} could start now (${Math.round(ratio * 100)} %), at most ${width} at a time`,
    fit(`longest chain: ${criticalPath.join(' -> ')}`, columns),
    `recommended: --parallel=${recommendedWorkers}`,
    ...wrap(reason, columns - 2).map((line) => `  ${line}`),
  ];
  const rows = verbose ? table : table.slice(0, recommendedWorkers + 2);
  return [
    ...lines,
    '  workers  take',
    ...rows.map((row) => `  ${String(row.workers).padStart(7)}  ${hours(row.makespan)}`),
  ];
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of printable(text).split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + 1 + word.length > width) lines.push(fit(word, width));
    else lines[lines.length - 1] = line === '' ? fit(word, width) : `${line} ${word}`;
  }
  return lines;
}
