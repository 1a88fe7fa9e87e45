import { readContainers } from '@sage/tickets';
import { findingOf, inQuotes } from '../finding.ts';
import type { Finding, Problem } from '../finding.ts';
import type { IndexUnderTest } from '../index-under-test.ts';

/** Section 8: parents and children must refer to each other, and children must not wait for their container. */
export function checkHierarchy({ tickets, ids, ignored }: IndexUnderTest): Finding[] {
  const byId = new Map(tickets.map((ticket) => [ticket.id, ticket]));
  const unknown: Problem[] = [];
  const orphans: Problem[] = [];
  const oneSided: Problem[] = [];
  for (const { id, parent, children } of tickets) {
    if (parent !== null && !ids.has(parent)) {
      orphans.push({
        ticket: id,
        text: `${inQuotes(id)} has the parent ${inQuotes(parent)}, which is not a ticket`,
      });
    } else if (parent !== null && byId.get(parent)?.children.includes(id) === false) {
      oneSided.push({
        ticket: id,
        text: `${inQuotes(id)} has the parent ${inQuotes(parent)}, which does not list it`,
      });
    }
    for (const child of children) {
      if (!ids.has(child)) {
        unknown.push({
          ticket: id,
          text: `${inQuotes(id)} has the child ${inQuotes(child)}, which is not a ticket`,
        });
      } else if (byId.has(child) && byId.get(child)?.parent !== id) {
        oneSided.push({
          ticket: id,
          text: `${inQuotes(id)} has the child ${inQuotes(child)}, which does not name it`,
        });
      }
    }
  }
  const own = ignored.map(({ id, container }) => {
    return { ticket: id, text: `${inQuotes(id)} depends on ${inQuotes(container)}, which it is in` };
  });
  const { reopened, heldBack } = readContainers(tickets);
  const early = reopened.map((id) => ({
    ticket: id,
    text: `${inQuotes(id)} is COMPLETED and has open children`,
  }));
  const blocked = [...heldBack].map(([id, container]) => ({
    ticket: id,
    text: `${inQuotes(id)} is in ${inQuotes(container)}, which is DEFERRED`,
  }));
  const advice = 'ignored, because a container waits for its children; remove the dependency';
  return [
    ...findingOf('hierarchy.unknown', 'fail', unknown, 'correct the id or add the ticket'),
    ...findingOf('hierarchy.orphan', 'warn', orphans, 'not considered; correct the id or add the ticket'),
    ...findingOf(
      'hierarchy.one-sided',
      'warn',
      oneSided,
      'the list of children counts; write it on both sides',
    ),
    ...findingOf('hierarchy.own-container', 'warn', own, advice),
    ...findingOf('hierarchy.reopened', 'warn', early, 'it is done when they are'),
    ...findingOf(
      'hierarchy.held-back',
      'warn',
      blocked,
      'blocked by it; name the container with --only to run them',
    ),
  ];
}
