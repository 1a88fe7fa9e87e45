/**
 * `held` failed and waits for its pause to be over; `outside` is open, but not in the selection. Completed,
 * deferred and cancelled tickets stay what they are.
 */
export type TicketPhase =
  | 'waiting'
  | 'ready'
  | 'held'
  | 'running'
  | 'completed'
  | 'deferred'
  | 'cancelled'
  | 'outside';

/** Every change of phase there is. `unblocked` and `closed` (of a container) follow from the completion of others. */
const transitions = {
  unblocked: { waiting: 'ready' },
  closed: { waiting: 'completed' },
  started: { ready: 'running' },
  completed: { running: 'completed' },
  released: { running: 'ready' },
  failed: { running: 'held' },
  due: { held: 'ready' },
  deferred: { waiting: 'deferred', ready: 'deferred', held: 'deferred', running: 'deferred' },
  cancelled: { waiting: 'cancelled', ready: 'cancelled', held: 'cancelled', running: 'cancelled' },
} as const satisfies Record<string, Partial<Record<TicketPhase, TicketPhase>>>;

export type Transition = keyof typeof transitions;

/** Where a transition leads from a phase; undefined where it does not start there. */
export function phaseAfter(phase: TicketPhase, transition: Transition): TicketPhase | undefined {
  return (transitions[transition] as Partial<Record<TicketPhase, TicketPhase>>)[phase];
}

/** Phases in which a ticket will never be completed. */
export function isGivenUp(phase: TicketPhase): boolean {
  return phase === 'deferred' || phase === 'cancelled' || phase === 'outside';
}
