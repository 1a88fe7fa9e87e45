import type { AuditReport, QueueEntry } from '@sage/commit-queue';
import { column, counted, fit, printable } from '../printable.ts';
import type { Screen } from './screen.ts';

/** The columns of a line before its text, plus a margin. */
const ROW_COLUMNS = 42;

/** A line for each entry, as wide as the screen. */
export function formatEntries(entries: readonly QueueEntry[], root: string, screen: Screen): string {
  if (entries.length === 0) return `the queue of ${printable(root)} is empty\n`;
  const lines = entries.map((entry) => {
    const { id, state, ticket, target } = entry;
    const branch = target.replace('refs/heads/', '');
    return `${id.slice(0, 10)}  ${column(state, 10)}  ${column(ticket, 14, screen)}  ${fit(why(entry) || branch, Math.max(20, screen.columns - ROW_COLUMNS))}\n`;
  });
  return lines.join('');
}

export function formatEntry(entry: QueueEntry): string {
  const { id, ticket, state, target, base, commit, landed, message, output, enqueuedAt } = entry;
  const rows = [
    ['entry', id],
    ['ticket', ticket],
    ['state', state],
    ['target', target],
    ['queued', enqueuedAt],
    ['base', base],
    ['work', commit],
    ['landed', landed],
    ['reason', why(entry)],
    ['message', message.split('\n')[0]],
  ].flatMap(([name = '', value]) => (value ? [`${column(name, 8)}  ${printable(value)}\n`] : []));
  const last = output?.split('\n').map((line) => `  ${printable(line)}\n`) ?? [];
  return [...rows, ...last].join('');
}

export function formatAudit({ target, landings, compared, problems }: AuditReport): string {
  const branch = printable(target.replace('refs/heads/', ''));
  const lines = problems.map(({ kind, message }) => `FAIL  ${kind}: ${printable(message)}\n`);
  const end = problems.length === 0 ? 'nothing is missing' : counted(problems.length, 'problem');
  return `${lines.join('')}${counted(landings.length, 'landing')} on ${branch}, ${compared} merged again and compared: ${end}\n`;
}

function why({ conflict, reason = '' }: QueueEntry): string {
  return conflict && conflict.files.length > 0 ? `conflicts in ${conflict.files.join(', ')}` : reason;
}
