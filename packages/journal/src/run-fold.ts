import type { RunEvent } from './events.ts';
import { FIGURES, type Figures, type RunState, type Session } from './run-state.ts';
import { addSpent, addUsage, NO_USAGE } from './usage.ts';

type Mutable<T> = {
  -readonly [K in keyof T]: T[K] extends ReadonlyMap<infer A, infer B>
    ? Map<A, B>
    : T[K] extends ReadonlySet<infer C>
      ? Set<C>
      : T[K];
};

/** Folds events into the state of their run. Only `apply` changes the state, one event at a time. */
export class RunFold {
  readonly #state: Mutable<RunState> = {
    run: '',
    target: '',
    base: '',
    from: undefined,
    tickets: new Set(),
    containers: new Set(),
    heldBack: new Set(),
    attempts: new Map(),
    conflicts: new Map(),
    agents: new Map(),
    open: new Map(),
    dispatched: new Map(),
    sent: new Map(),
    setbacks: new Map(),
    sessions: new Map(),
    settledEntries: new Set(),
    completed: new Map(),
    deferred: new Map(),
    toDefer: new Map(),
    blocked: new Map(),
    drift: new Map(),
    denied: new Map(),
    configuration: new Map(),
    whatRuns: new Map(),
    spent: new Map(),
    usage: NO_USAGE,
    paused: false,
    workers: 0,
    outcome: undefined,
  };

  static of(events: Iterable<RunEvent>): RunFold {
    const fold = new RunFold();
    for (const event of events) fold.apply(event);
    return fold;
  }

  get state(): RunState {
    return this.#state;
  }

  /** Unknown events leave the state unchanged. */
  apply(event: RunEvent): void {
    const state = this.#state;
    switch (event.event) {
      case 'run.started':
        state.run = event.run;
        state.target = event.target;
        state.base ||= event.base;
        state.from ??= event.from;
        state.outcome = undefined;
        state.paused = false;
        state.workers = event.workers;
        // Attempts of a killed coordinator have no event that ends them.
        state.open.clear();
        state.dispatched.clear();
        state.blocked.clear();
        for (const container of event.containers ?? []) state.containers.add(container);
        state.heldBack = new Set(event.heldBack);
        for (const ticket of event.tickets) {
          state.tickets.add(ticket);
          // Selected again after a deferral: the person wants a fresh start.
          if (state.deferred.has(ticket)) {
            state.spent.delete(ticket);
            startAfresh(state, ticket);
          }
        }
        return;
      case 'run.paused':
        state.paused = true;
        return;
      case 'run.resumed':
        state.paused = false;
        return;
      case 'run.workers':
        state.workers = event.workers;
        return;
      case 'tickets.added':
        for (const container of event.containers ?? []) state.containers.add(container);
        for (const ticket of event.tickets) {
          state.tickets.add(ticket);
          state.heldBack.delete(ticket);
        }
        return;
      case 'tickets.restored':
        for (const ticket of event.tickets) startAfresh(state, ticket);
        return;
      case 'tickets.withdrawn':
        for (const ticket of event.tickets) {
          state.tickets.delete(ticket);
          state.toDefer.delete(ticket);
        }
        return;
      case 'attempt.started':
        state.open.set(event.ticket, event.base);
        state.toDefer.delete(event.ticket);
        if (event.agent === undefined) state.agents.delete(event.ticket);
        else state.agents.set(event.ticket, event.agent);
        return;
      case 'attempt.dispatched':
        state.dispatched.set(event.ticket, { attempt: event.attempt, fence: event.fence });
        state.sent.set(event.ticket, [
          ...(state.sent.get(event.ticket) ?? []),
          { attempt: event.attempt, fence: event.fence },
        ]);
        return;
      case 'attempt.finished':
        state.open.delete(event.ticket);
        state.dispatched.delete(event.ticket);
        state.usage = addUsage(state.usage, event);
        addSpent(state.spent, event);
        if (event.session !== undefined) {
          const agent = state.agents.get(event.ticket);
          const session = resumeSession(state.sessions.get(event.ticket), event.session, event);
          state.sessions.set(event.ticket, agent === undefined ? session : { ...session, agent });
        }
        if (event.outcome === 'completed' && event.drift) state.drift.set(event.ticket, event.drift);
        if (event.outcome === 'completed' && event.denied) state.denied.set(event.ticket, event.denied);
        if (event.outcome === 'completed' && event.whatRuns) state.whatRuns.set(event.ticket, event.whatRuns);
        if (event.outcome === 'completed' && event.configuration)
          state.configuration.set(event.ticket, event.configuration);
        if (!COUNTED.has(event.outcome)) return;
        count(state.attempts, event.ticket);
        if (event.outcome === 'deferred') {
          const { category = 'agent_failed', reason = 'it failed', ref } = event;
          state.toDefer.set(event.ticket, { category, reason, ref });
        }
        if (event.outcome === 'failed') {
          const { log, reason = 'it failed' } = event;
          state.setbacks.set(event.ticket, { kind: 'failure', reason, ...(log !== undefined && { log }) });
        }
        return;
      case 'landing.landed':
        state.settledEntries.add(event.entry);
        return;
      case 'landing.conflicted':
        state.settledEntries.add(event.entry);
        count(state.conflicts, event.ticket);
        state.setbacks.set(event.ticket, { kind: 'conflict', files: event.files, tickets: event.tickets });
        return;
      case 'landing.rejected':
        state.settledEntries.add(event.entry);
        state.setbacks.set(event.ticket, { kind: 'rejected', reason: event.reason, output: event.output });
        return;
      case 'ticket.completed':
        state.completed.set(event.ticket, event.commit);
        if (event.container) state.containers.add(event.ticket);
        state.deferred.delete(event.ticket);
        state.toDefer.delete(event.ticket);
        return;
      case 'ticket.deferred':
        state.toDefer.delete(event.ticket);
        state.deferred.set(event.ticket, {
          category: event.category,
          reason: event.reason,
          attempts: event.attempts,
          at: event.time,
          ref: event.ref,
        });
        return;
      case 'ticket.blocked':
        state.blocked.set(event.ticket, event.by);
        return;
      case 'run.finished':
        state.outcome = event.outcome;
    }
  }
}

function startAfresh(
  { deferred, attempts, conflicts }: Pick<Mutable<RunState>, 'deferred' | 'attempts' | 'conflicts'>,
  ticket: string,
): void {
  deferred.delete(ticket);
  attempts.delete(ticket);
  conflicts.delete(ticket);
}

/** Ends that count as an attempt: those caused by the ticket, and not by the account, the machine or a person. */
const COUNTED: ReadonlySet<string> = new Set(['completed', 'deferred', 'failed']);

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** A resumed session's usage includes what all of its attempts reported. */
function resumeSession(before: Session | undefined, id: string, reported: Figures): Session {
  const figures: { -readonly [K in keyof Figures]: number } = {};
  for (const key of FIGURES) {
    const value = (before?.id === id ? (before[key] ?? 0) : 0) + (reported[key] ?? 0);
    if (value > 0) figures[key] = value;
  }
  return { id, ...figures };
}
