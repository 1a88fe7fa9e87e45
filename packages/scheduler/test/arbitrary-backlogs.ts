import fc from 'fast-check';
import type { SchedulerTicket } from '../src/backlog.ts';

const states = fc.constantFrom(
  'UNPROCESSED',
  'UNPROCESSED',
  'UNPROCESSED',
  'IN_PROGRESS',
  undefined,
  'COMPLETED',
  'DEFERRED',
);
const fields = fc.record({
  state: states,
  priority: fc.constantFrom('P0', 'P1', 'P2', 'P3', 'P4', undefined),
  duration: fc.option(fc.nat(9), { nil: undefined }),
  files: fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { maxLength: 1 }),
  conflicts: fc.array(fc.nat(20), { maxLength: 1 }),
  dependencies: fc.array(fc.nat(), { maxLength: 3 }),
  container: fc.boolean().map((flag) => flag || undefined),
});

/** Acyclic backlogs of up to 15 tickets with every feature; a container without dependencies is made a ticket. */
export const backlogs = fc.array(fields, { maxLength: 15 }).map((drawn) =>
  drawn.map(({ conflicts, dependencies, container, ...rest }, index): SchedulerTicket => ({
    ...rest,
    id: `T-${index}`,
    dependencies: index === 0 ? [] : dependencies.map((to) => `T-${to % index}`),
    conflictsWith: conflicts.map((to) => `T-${to}`),
    container: container && dependencies.length > 0,
  })),
);

/** By the definition, without an index: may these two not run beside each other? */
export function conflict(a: SchedulerTicket, b: SchedulerTicket): boolean {
  return (
    (a.files ?? []).some((file) => b.files?.includes(file)) ||
    (a.conflictsWith?.includes(b.id) ?? false) ||
    (b.conflictsWith?.includes(a.id) ?? false)
  );
}
