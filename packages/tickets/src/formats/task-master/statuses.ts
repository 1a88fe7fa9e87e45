import type { TicketState } from '../../needed-fields.ts';
import type { TicketPriority } from '../../ticket.ts';

/** Task Master offers only what is pending or in progress as the next task: everything else is not to be run. */
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

/** What is written for a state; the others are only read. */
export const WRITTEN = { COMPLETED: 'done', DEFERRED: 'deferred' } as const satisfies Partial<
  Record<TicketState, keyof typeof STATES>
>;

export const PRIORITIES = {
  critical: 'P0',
  high: 'P1',
  medium: 'P2',
  low: 'P3',
} as const satisfies Record<string, TicketPriority>;
