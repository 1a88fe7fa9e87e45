import type { CheckStatus } from './report.ts';

/** An entry of the report, without its section. */
export interface Finding {
  readonly id: string;
  readonly status: CheckStatus;
  readonly message: string;
  readonly tickets: string[];
}

export interface Problem {
  readonly ticket: string;
  /** One line that names the ticket. */
  readonly text: string;
}

const MAX_SHOWN_PATHS = 3;

/** One finding for all problems of a kind, with the text of the first few. Empty if there is no problem. */
export function findingOf(
  id: string,
  status: 'warn' | 'fail',
  problems: readonly Problem[],
  advice: string,
): Finding[] {
  if (problems.length === 0) return [];
  const shown = problems.slice(0, MAX_SHOWN_PATHS).map(({ text }) => text);
  const more = problems.length > shown.length ? `; and ${problems.length - shown.length} more` : '';
  const tickets = [...new Set(problems.map(({ ticket }) => ticket))];
  return [{ id, status, message: `${shown.join('; ')}${more}: ${advice}`, tickets }];
}

/** Quotes ids and other text of the index for use in a single line. */
export function inQuotes(value: unknown): string {
  const json = JSON.stringify(value) ?? 'nothing';
  return json.length > 60 ? `${json.slice(0, 60)}…` : json;
}
