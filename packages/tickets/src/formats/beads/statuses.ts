import type { TicketState } from '../../needed-fields.ts';

/** Like `bd ready`: only issues that are open or in progress can run, and only done ones satisfy a dependency. */
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

/** The statuses that Sage writes; the others are only read. */
export const WRITTEN = { COMPLETED: 'closed', DEFERRED: 'deferred' } as const satisfies Partial<
  Record<TicketState, keyof typeof STATES>
>;

/** A deleted issue, kept to prevent it from coming back. */
export const TOMBSTONE = 'tombstone';

/** Issues for the tools' own use, which are not work. */
export const NO_WORK: ReadonlySet<unknown> = new Set([
  'message',
  'event',
  'molecule',
  'gate',
  'agent',
  'merge-request',
  'wisp',
]);

/** Dependencies that an issue waits for. Except for `parent-child`, all others are only for people to read. */
export const BLOCKING: ReadonlySet<unknown> = new Set(['blocks', 'conditional-blocks', 'waits-for']);
export const PARENT = 'parent-child';
