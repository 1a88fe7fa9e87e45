import type { ListedLogs } from '@sage/stream';
import type { LogEntry } from '@sage/workers';
import { column, fit, printable, printableLines } from '../printable.ts';
import type { Screen } from './screen.ts';

const WORD_COLUMNS = 8;
const ID_COLUMNS = 14;
const RESULT_COLUMNS = 16;

/** Log entries as lines, with a heading at the start of each output. Texts are never cut. */
export class LogLines {
  readonly #colors: Screen['colors'];
  #part: string | undefined;

  constructor({ colors }: Screen) {
    this.#colors = colors;
  }

  lines({ part, kind, text }: LogEntry): string[] {
    const { bold, cyan, red, dim } = this.#colors;
    const heading = part === this.#part ? [] : [bold(`== ${printable(part)} ==`)];
    if (heading.length > 0 && this.#part !== undefined) heading.unshift('');
    this.#part = part;
    if (kind === 'said' || kind === 'printed') return [...heading, ...printableLines(text)];
    const color =
      kind === 'failed' || kind === 'problem' || kind === 'denied' ? red : kind === 'used' ? dim : cyan;
    return [...heading, `  ${color(column(kind, WORD_COLUMNS))}  ${printable(text)}`];
  }
}

/** The attempts of the newest run, one line each, with the command to show them. */
export function formatListedLogs(
  { run, attempts }: ListedLogs,
  logsOf: (ticket: string, attempt?: number) => string,
  { colors, columns }: Screen,
): string {
  if (run === undefined) return 'no run yet: sage stream starts one\n';
  if (attempts.length === 0) return `run ${run} has not started a ticket yet\n`;
  const last = new Map(attempts.map(({ ticket, attempt }) => [ticket, attempt]));
  const rows = attempts.map(({ ticket, attempt, result }) => {
    const command = logsOf(ticket, attempt === last.get(ticket) ? undefined : attempt);
    const id = column(ticket, ID_COLUMNS, { columns });
    return `  ${id}  ${column(result, RESULT_COLUMNS)}${printable(command)}\n`;
  });
  return [`${colors.bold(fit(`run ${run}`, columns))}\n`, ...rows].join('');
}
