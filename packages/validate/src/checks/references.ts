import { findingOf, inQuotes } from '../finding.ts';
import type { Finding } from '../finding.ts';
import type { IndexUnderTest } from '../index-under-test.ts';

/** Section 6: dependencies and conflicts must name tickets of the index. */
export function checkReferences({ tickets, ids }: IndexUnderTest): Finding[] {
  const unknown = (field: 'dependencies' | 'conflictsWith', verb: string) =>
    tickets.flatMap((ticket) =>
      [...new Set(ticket[field])]
        .filter((to) => !ids.has(to))
        .map((to) => ({
          ticket: ticket.id,
          text: `${inQuotes(ticket.id)} ${verb} ${inQuotes(to)}, which is not a ticket`,
        })),
    );
  return [
    ...findingOf(
      'references.unknown',
      'fail',
      unknown('dependencies', 'depends on'),
      'correct the id or add the ticket',
    ),
    ...findingOf(
      'references.conflicts',
      'warn',
      unknown('conflictsWith', 'conflicts with'),
      'correct the id or remove it',
    ),
  ];
}
