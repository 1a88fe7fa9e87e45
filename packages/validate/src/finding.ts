import type { CheckStatus } from './report.ts';

/** A check's entry of the report, without its section. */
export interface Finding {
  readonly id: string;
  readonly status: CheckStatus;
  readonly message: string;
  readonly tickets: string[];
}

export interface Problem {
  readonly ticket: string;
  /** One line, which names the ticket. */
  readonly text: string;
}

const MAX_SHOWN_PATHS = 3;

/** One finding for all problems of a kind, the first few in words; none without a problem. */
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

/** Ids and other text of the index, fit for one line. */
export function inQuotes(value: unknown): string {
  const json = JSON.stringify(value) ?? 'nothing';
  return json.length > 60 ? `${json.slice(0, 60)}…` : json;
}
