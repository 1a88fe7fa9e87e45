import type { TicketState } from '../../needed-fields.ts';
import { lookedUp } from '../looked-up.ts';
import type { Issue } from './issues.ts';
import { NO_WORK, STATES } from './statuses.ts';

/** Custom statuses, and open issues that are not work, count as DEFERRED: `bd ready` does not offer them either. */
export function stateOf(issue: Issue): TicketState {
  const state = lookedUp<TicketState>(STATES, issue.status) ?? 'DEFERRED';
  return state === 'COMPLETED' || (isWork(issue) && issue.fields['pinned'] !== true) ? state : 'DEFERRED';
}

export function isWork({ fields }: Issue): boolean {
  const isPassing = ['ephemeral', 'wisp', 'is_template', 'template'].some((key) => fields[key] === true);
  return !NO_WORK.has(fields['issue_type']) && !isPassing;
}
