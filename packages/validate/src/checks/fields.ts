import { posix, win32 } from 'node:path';
import { nearMisses } from '@sage/tickets';
import { findingOf, inQuotes } from '../finding.ts';
import type { Finding } from '../finding.ts';
import type { IndexUnderTest } from '../index-under-test.ts';

/** Section 2: required fields, and paths that must stay inside the repository. */
export function checkFields({ entries, tickets }: IndexUnderTest): Finding[] {
  const unreadable = entries.flatMap(({ label, problems }) =>
    problems
      .filter(({ code }) => code !== 'BAD_STATE')
      .map(({ message }) => ({
        ticket: label,
        text: label.startsWith('#') ? `${label}: ${message}` : message,
      })),
  );
  const outside = tickets.flatMap(({ id, files }) =>
    files
      .filter(leavesRepository)
      .map((path) => ({ ticket: id, text: `${inQuotes(id)} declares ${inQuotes(path)}` })),
  );
  const untitled = entries
    .filter(({ raw }) => typeof raw['title'] !== 'string' || raw['title'].trim() === '')
    .map(({ label }) => ({ ticket: label, text: `${inQuotes(label)} has no title` }));
  const misspelled = entries.flatMap(({ label, raw }) =>
    nearMisses(raw)
      .filter(({ decidesOrder }) => !decidesOrder)
      .map(({ key, meant }) => ({
        ticket: label,
        text: `${inQuotes(label)} has ${inQuotes(key)}, which is not read; did you mean "${meant}"`,
      })),
  );
  return [
    ...findingOf('fields.needed', 'fail', unreadable, 'correct the index'),
    ...findingOf(
      'fields.paths',
      'warn',
      outside,
      'not considered; declare paths from the top of the repository',
    ),
    ...findingOf('fields.title', 'warn', untitled, 'the id stands in for it; give each ticket a title'),
    ...findingOf('fields.near-miss', 'warn', misspelled, 'rename it if you meant that'),
  ];
}

function leavesRepository(path: string): boolean {
  return path === '..' || path.startsWith('../') || posix.isAbsolute(path) || win32.isAbsolute(path);
}
