import type { TicketState } from '../../needed-fields.ts';

/** `bd ready` offers only what is open or in progress; what is done is all that satisfies those who wait. */
export const STATES = {
  open: 'UNPROCESSED',
  in_progress: 'IN_PROGRESS',
  blocked: 'DEFERRED',
  deferred: 'DEFERRED',
  hooked: 'DEFERRED',
  pinned: 'DEFERRED',
  closed: 'COMPLETED',
  done: 'COMPLETED',
} as const satisfies Record<string, TicketState>;

/** What is written for a state; the others are only read. */
export const WRITTEN = { COMPLETED: 'closed', DEFERRED: 'deferred' } as const satisfies Partial<
  Record<TicketState, keyof typeof STATES>
>;

/** A deleted issue, kept so that it does not come back. */
export const TOMBSTONE = 'tombstone';

/** Issues that the tools themselves need, and that are nobody's work. */
export const NO_WORK: ReadonlySet<unknown> = new Set([
  'message',
  'event',
  'molecule',
  'gate',
  'agent',
  'merge-request',
  'wisp',
]);

/** Dependencies that are waited for. All others are for people to read, but `parent-child`. */
export const BLOCKING: ReadonlySet<unknown> = new Set(['blocks', 'conditional-blocks', 'waits-for']);
export const PARENT = 'parent-child';
