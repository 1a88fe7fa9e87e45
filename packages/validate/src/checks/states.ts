import { DEFER_CATEGORIES } from '@sage/tickets';
import { findingOf, inQuotes } from '../finding.ts';
import type { Finding } from '../finding.ts';
import { isRecord } from '../index-under-test.ts';
import type { IndexUnderTest } from '../index-under-test.ts';

/** Section 5: states must be known, and finished work must not depend on unfinished work. */
export function checkStates({ entries, tickets }: IndexUnderTest): Finding[] {
  const stateOf = new Map(tickets.map(({ id, state }) => [id, state]));
  const unknown = entries.flatMap(({ label, problems }) =>
    problems
      .filter(({ code }) => code === 'BAD_STATE')
      .map(({ message }) => ({ ticket: label, text: message })),
  );
  const premature = tickets
    .filter(({ state }) => state === 'COMPLETED')
    .flatMap(({ id, dependencies }) => {
      const open = dependencies.filter((to) => (stateOf.get(to) ?? 'COMPLETED') !== 'COMPLETED');
      const list = open.map(inQuotes).join(', ');
      return open.length === 0
        ? []
        : { ticket: id, text: `${inQuotes(id)} is COMPLETED, its dependency ${list} is not` };
    });
  const categories: readonly unknown[] = DEFER_CATEGORIES;
  const oddReasons = entries.flatMap(({ label, raw: { defer_reason: reason } }) => {
    if (reason === undefined || reason === null) return [];
    const category = isRecord(reason) ? reason['category'] : reason;
    return categories.includes(category)
      ? []
      : { ticket: label, text: `${inQuotes(label)} is deferred for ${inQuotes(category)}` };
  });
  return [
    ...findingOf('states.unknown', 'fail', unknown, 'correct the index'),
    ...findingOf('states.premature', 'warn', premature, 'it counts as done; check that it is'),
    ...findingOf('states.defer-reason', 'warn', oddReasons, `use one of ${DEFER_CATEGORIES.join(', ')}`),
  ];
}
