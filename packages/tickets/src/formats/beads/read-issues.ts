import { TICKET_PRIORITIES } from '../../ticket.ts';
import type { Ticket, TicketPriority } from '../../ticket.ts';
import { foreignTicket, paragraphs } from '../foreign-ticket.ts';
import { shownId } from '../shown-id.ts';
import { isWork, stateOf } from './issue-state.ts';
import { readIssues } from './issues.ts';
import type { Issue } from './issues.ts';
import { linksIn } from './links.ts';
import { STATES, TOMBSTONE } from './statuses.ts';

/** @throws {TicketIndexError} */
export function readTickets(
  text: string,
  file: string,
): { readonly tickets: Ticket[]; readonly warnings: string[] } {
  const { byId, twice } = readIssues(text, file);
  const warnings: string[] = [];
  if (twice.size > 0) {
    const some = [...twice].slice(0, 3).map(shownId).join(', ');
    warnings.push(`ids that several lines have (${twice.size}: ${some}): the line updated last counts`);
  }
  const alive = [...byId.values()].filter(({ status }) => status !== TOMBSTONE);
  const { waitsFor, parents } = linksIn(alive, file);
  const work = alive.filter(isWork);
  const workIds = new Set(work.map(({ id }) => id));
  // An open gate blocks the issues that wait for it, and is not itself work.
  const holds = new Map<string, Issue>();
  const dependencies = new Map(
    work.map(({ id }) => [id, [...(waitsFor.get(id) ?? [])].filter((to) => isWaitedFor(id, to))]),
  );
  const parentsOf = new Map(
    work.map(({ id }) => [id, [...(parents.get(id) ?? [])].filter((to) => isParent(id, to))]),
  );
  const children = new Map<string, string[]>();
  for (const [id, containers] of parentsOf) {
    for (const container of containers) {
      const known = children.get(container);
      if (known) known.push(id);
      else children.set(container, [id]);
    }
  }
  for (const status of new Set(work.map(({ status }) => status))) {
    if (Object.hasOwn(STATES, status)) continue;
    const ids = work.filter((issue) => issue.status === status).map(({ id }) => id);
    const named = `${ids.slice(0, 3).map(shownId).join(', ')}${ids.length > 3 ? `, and ${ids.length - 3} more` : ''}`;
    warnings.push(`the status ${JSON.stringify(status)} is not one that bd ready offers: not run (${named})`);
  }
  return { tickets: [...work, ...holds.values()].map(ticketOf), warnings };

  function isWaitedFor(id: string, to: string): boolean {
    const target = byId.get(to);
    if (!target)
      warnings.push(`${shownId(id)} waits for ${JSON.stringify(to)}, which does not exist: ignored`);
    if (!target || target.status === TOMBSTONE) return false;
    if (workIds.has(to)) return true;
    if (stateOf(target) === 'COMPLETED') return false;
    holds.set(to, target);
    return true;
  }

  function isParent(id: string, to: string): boolean {
    if (to === id) warnings.push(`${shownId(id)} is its own parent: ignored`);
    else if (!byId.has(to))
      warnings.push(`${shownId(id)} is in ${JSON.stringify(to)}, which does not exist: ignored`);
    return to !== id && workIds.has(to);
  }

  function ticketOf(issue: Issue): Ticket {
    const { id, fields } = issue;
    const said = (key: string): string | undefined => {
      const value = fields[key];
      return typeof value === 'string' && value.trim() !== '' ? value : undefined;
    };
    const criteria = said('acceptance_criteria');
    const design = said('design');
    const notes = said('notes');
    const { estimated_minutes: minutes, labels } = fields;
    return foreignTicket(
      {
        id,
        title: said('title'),
        state: stateOf(issue),
        type: said('issue_type'),
        priority: priorityOf(fields['priority']),
        dependencies: dependencies.get(id) ?? [],
        parent: parentsOf.get(id)?.[0],
        children: children.get(id) ?? [],
        description: paragraphs(
          said('description'),
          design && `## Design\n\n${design}`,
          notes && `## Notes\n\n${notes}`,
        ),
        acceptanceCriteria: criteria === undefined ? [] : [criteria],
        labels: Array.isArray(labels) ? labels.filter((label) => typeof label === 'string') : [],
        estimated_minutes: typeof minutes === 'number' ? minutes : undefined,
      },
      file,
      () => ({ line: issue.line.number, column: 1 }),
    );
  }
}

function priorityOf(priority: unknown): TicketPriority | undefined {
  return TICKET_PRIORITIES.find((one) => one === `P${String(priority)}`);
}
