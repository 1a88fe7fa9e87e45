import type { TicketState } from '../../needed-fields.ts';
import type { TicketPriority } from '../../ticket.ts';

/** Like Task Master's own choice of the next task: only pending tasks and those in progress can run. */
export const STATES = {
  pending: 'UNPROCESSED',
  'in-progress': 'IN_PROGRESS',
  done: 'COMPLETED',
  completed: 'COMPLETED',
  deferred: 'DEFERRED',
  cancelled: 'DEFERRED',
  blocked: 'DEFERRED',
  review: 'DEFERRED',
} as const satisfies Record<string, TicketState>;

/** The statuses that Sage writes; the others are only read. */
export const WRITTEN = { COMPLETED: 'done', DEFERRED: 'deferred' } as const satisfies Partial<
  Record<TicketState, keyof typeof STATES>
>;

export const PRIORITIES = {
  critical: 'P0',
  high: 'P1',
  medium: 'P2',
  low: 'P3',
} as const satisfies Record<string, TicketPriority>;
