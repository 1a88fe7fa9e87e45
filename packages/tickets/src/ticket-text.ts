import { isDeepStrictEqual } from 'node:util';
import type { Ticket } from './ticket.ts';

/** Members that Sage writes when a ticket lands or is deferred. */
const WRITTEN_BY_SAGE = new Set(['state', 'state_history', 'defer_reason', 'git']);

/** The ticket as written in its source, for an agent to read. */
export function ticketDocument({ raw }: Pick<Ticket, 'raw'>): Readonly<Record<string, unknown>> {
  return raw;
}

/** All prose of a ticket that may name files: title, description, acceptance criteria and sub-tasks. */
export function ticketText({ title, description, acceptanceCriteria, raw }: Ticket): string {
  const tasks: unknown = raw['tasks'];
  const steps = Array.isArray(tasks) ? JSON.stringify(tasks) : '';
  return [title, description, ...acceptanceCriteria, steps].join('\n');
}

/** Whether the index keeps the commits of this ticket (`git.commits`). */
export function recordsCommits({ raw }: Pick<Ticket, 'raw'>): boolean {
  return raw['git'] !== undefined;
}

/** Whether someone has edited a ticket. Its state and whatever else Sage writes do not count. */
export function isEdited({ raw: before }: Pick<Ticket, 'raw'>, { raw: now }: Pick<Ticket, 'raw'>): boolean {
  // Runs for every ticket after every landing, and most values are equal strings.
  const differs = (key: string): boolean =>
    !WRITTEN_BY_SAGE.has(key) && before[key] !== now[key] && !isDeepStrictEqual(before[key], now[key]);
  return (
    Object.keys(before).some(differs) ||
    Object.keys(now).some((key) => !Object.hasOwn(before, key) && differs(key))
  );
}
