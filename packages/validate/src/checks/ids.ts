import { findingOf, inQuotes } from '../finding.ts';
import type { Finding } from '../finding.ts';
import type { IndexUnderTest } from '../index-under-test.ts';

const CONVENTION = /^[A-Z0-9]+(-[A-Z0-9]+)*-[A-Z]?[0-9]+$/;

/** Section 3: an id must belong to only one ticket. */
export function checkDuplicates({ entries }: IndexUnderTest): Finding[] {
  const counts = new Map<string, number>();
  for (const { id } of entries) if (id !== undefined) counts.set(id, (counts.get(id) ?? 0) + 1);
  const repeated = [...counts].filter(([, count]) => count > 1);
  const problems = repeated.map(([id, count]) => ({
    ticket: id,
    text: `${count} tickets have the id ${inQuotes(id)}`,
  }));
  return findingOf('duplicates.id', 'fail', problems, 'give each ticket an id of its own');
}

/** Section 4: ids should follow the convention. Any other id also works. */
export function checkIdForm({ entries }: IndexUnderTest): Finding[] {
  const odd = entries.flatMap(({ id }) => (id === undefined || CONVENTION.test(id) ? [] : id));
  const problems = odd.map((id) => ({
    ticket: id,
    text: `${inQuotes(id)} is not of the form COMPONENT-NUMBER`,
  }));
  return findingOf('ids.form', 'warn', problems, 'it works, but tools that rely on the form may not find it');
}
