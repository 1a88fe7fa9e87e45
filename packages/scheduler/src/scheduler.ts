import { DuplicateIdError } from '@sage/graph';
import TinyQueue from 'tinyqueue';
import { createAges } from './age.ts';
import { isRunnable, type SchedulerTicket } from './backlog.ts';
import type { BlockedTicket } from './blocked.ts';
import { LimitError } from './errors.ts';
import type { ConflictChance } from './predicted-conflicts.ts';
import { createProgress } from './progress.ts';
import { type Plannable, rankBacklog, ranked } from './ranked-backlog.ts';
import { PHASE, TRANSITION, type Phase } from './phase.ts';
import type { RetryOptions } from './retry.ts';

export interface SchedulerOptions {
  /** Ids outside the list that are done. */
  readonly satisfied?: ReadonlySet<string>;
  /**
   * The tickets to give out; by default all. A selected ticket that waits for an open one outside is blocked by it.
   */
  readonly only?: ReadonlySet<string>;
  /** How many tickets of each component may run at the same time. */
  readonly limits?: ReadonlyMap<string, number>;
  /** A ticket that probably conflicts with a running one is passed over while other work of its priority is ready. */
  readonly conflictChance?: ConflictChance;
  /**
   * The share of attempts that fail and are repeated, 0 to 1; 0 by default. Failures can delay a chain of few long
   * tickets much more than one of many short tickets, so the former goes first.
   */
  readonly failing?: number;
  /** Without it, a failed ticket is ready again at once. */
  readonly retry?: RetryOptions;
  /**
   * How often a ready ticket may be passed over, see {@link createScheduler}. The default is twice the largest number
   * of tickets open at the same time, but at least 1,000.
   */
  readonly patience?: number;
}

export interface Scheduler {
  /** The best ready ticket that does not conflict with a running one. Asking does not start it. */
  next(): string | undefined;
  started(id: string): void;
  /** Returns the containers that this completes, innermost first. */
  completed(id: string): string[];
  /** The attempt ended without a result; the ticket is ready again. */
  released(id: string): void;
  /** The attempt failed; the ticket is ready again when its pause is over. */
  failed(id: string): void;
  /** When the first pause of a failed ticket ends, on the clock of `retry`; undefined if there is none. */
  nextDue(): number | undefined;
  deferred(id: string): void;
  /** The ticket is no longer wanted. It blocks what waits for it. */
  cancelled(id: string): void;
  /**
   * Adds tickets, all selected, which may depend on the existing ones. Ranks everything again, which takes as long as
   * creating the scheduler. Returns containers that had nothing to wait for. If it throws, nothing has changed.
   * @throws {UnknownDependencyError}
   * @throws {CycleError} of `@sage/graph`.
   * @throws {DuplicateIdError} of `@sage/graph`.
   */
  added(tickets: readonly SchedulerTicket[]): string[];
  /**
   * Replaces the tickets and the selection: tickets may be added, removed or changed. Running tickets keep the
   * version they were started with, completed ones stay completed, and all others follow their new `state`. Tickets
   * missing from the list are cancelled. Takes as long as `added`, and returns the same. If it throws, nothing has
   * changed.
   * @throws {UnknownDependencyError}
   * @throws {CycleError} of `@sage/graph`.
   * @throws {DuplicateIdError} of `@sage/graph`.
   */
  revised(tickets: readonly SchedulerTicket[], only?: ReadonlySet<string>): string[];
  /** Containers that had nothing to wait for from the start, innermost first. */
  initiallyCompleted(): string[];
  /** Tickets that can never start in the current situation, in input order. */
  blocked(): BlockedTicket[];
  isRunning(id: string): boolean;
  /** The index of an open ticket among those that were open at the last ranking. */
  indexOf(id: string): number;
  /** Ready tickets, including those held back by a conflict. */
  readonly ready: number;
  readonly running: number;
  /** Selected tickets that can still be completed: ready, running, waiting, or pausing after a failure. */
  readonly remaining: number;
}

/**
 * How many tickets may pass over a ready one before age outweighs rank: a multiple of the most tickets open at the
 * same time, and a minimum. A smaller number would mean first come, first served in a large backlog.
 */
const PATIENCE_STARTS = { ofOpen: 2, least: 1000 };
/** One shared object, because cached plans are recognised by their rules. */
const NO_LIMITS: ReadonlyMap<string, number> = new Map();

/**
 * Gives out tickets one by one. It is work-conserving: a caller gets the best ticket that is ready now, in
 * logarithmic time. The same tickets and the same calls give the same answers.
 *
 * No ticket starves. Once `patience` others were started since a ticket became ready, it goes before all that became
 * ready after it, and nothing more starts that would hold its files, its component or its rivals. So between ready
 * and started, at most `patience` others start, plus those that were ready before it. That assumes that running
 * tickets end, and does not count tickets that are not in its way while it waits for a running one.
 * @throws {UnknownDependencyError}
 * @throws {LimitError}
 * @throws {WorkerCountError}
 * @throws {CycleError} of `@sage/graph`, if open tickets wait for each other.
 * @throws {DuplicateIdError} of `@sage/graph`.
 * @throws {InvalidDurationError} of `@sage/graph`, for a duration that is negative or not finite.
 */
export function createScheduler(backlog: Plannable, options: SchedulerOptions = {}): Scheduler {
  const { retry, satisfied = new Set(), limits = NO_LIMITS, conflictChance, failing } = options;
  for (const [component, limit] of limits) checkLimit(component, limit);
  if (options.patience !== undefined) checkLimit('patience', options.patience);
  const first = ranked(backlog, { satisfied, failing });
  // A copy, because the caller's list may grow.
  let known = [...first.tickets];
  let { only } = options;
  let patience = options.patience ?? PATIENCE_STARTS.least;
  const ages = createAges(() => patience);
  const failures = new Map<string, number>();
  const pauses = new TinyQueue<{ id: string; due: number }>(
    [],
    (a, b) => a.due - b.due || (a.id < b.id ? -1 : 1),
  );
  let progress = createProgress(first, { only, limits, ages, conflictChance });
  const { closedAtStart } = progress;
  growPatience();

  function endPauses(): void {
    if (!retry) return;
    for (let next = pauses.peek(); next !== undefined && next.due <= retry.now(); next = pauses.peek()) {
      pauses.pop();
      // The ticket may have been given up in the meantime.
      if (progress.phaseOf(next.id) === PHASE.held) progress.move(next.id, TRANSITION.due);
    }
  }

  function remaining(): number {
    const { count } = progress;
    return count(PHASE.ready) + count(PHASE.running) + count(PHASE.waiting) + count(PHASE.held);
  }

  /**
   * Patience never shrinks. Otherwise all tickets that have waited long would suddenly go first as the backlog
   * shrinks.
   */
  function growPatience(): void {
    if (options.patience === undefined) patience = Math.max(patience, PATIENCE_STARTS.ofOpen * remaining());
  }

  const isDone = ({ id, state }: SchedulerTicket): boolean =>
    state === 'COMPLETED' || progress.phaseOf(id) === PHASE.completed;

  /** Ranks everything again. A ticket keeps its phase if `stays` says so. */
  function continueWith(
    everything: SchedulerTicket[],
    selection: ReadonlySet<string> | undefined,
    stays: (id: string, phase: Phase) => boolean,
  ): string[] {
    const earlier = new Map([...progress.phases()].filter(([id, phase]) => stays(id, phase)));
    const rules = { only: selection, limits, ages, conflictChance, earlier };
    progress = createProgress(rankBacklog(everything, { satisfied, failing }), rules);
    known = everything;
    only = selection;
    growPatience();
    return [...progress.closedAtStart];
  }

  return {
    next() {
      endPauses();
      return progress.next();
    },
    started: (id) => progress.move(id, TRANSITION.started),
    completed: (id) => progress.complete(id),
    released: (id) => progress.move(id, TRANSITION.released),
    failed(id) {
      progress.move(id, TRANSITION.failed);
      if (!retry) {
        progress.move(id, TRANSITION.due);
        return;
      }
      const count = (failures.get(id) ?? 0) + 1;
      failures.set(id, count);
      pauses.push({ id, due: retry.now() + retry.pause(count) });
    },
    nextDue() {
      while (pauses.length > 0 && progress.phaseOf(pauses.peek()!.id) !== PHASE.held) pauses.pop();
      return pauses.peek()?.due;
    },
    deferred: (id) => progress.move(id, TRANSITION.deferred),
    cancelled: (id) => progress.move(id, TRANSITION.cancelled),
    added(more) {
      const ids = new Set(known.map(({ id }) => id));
      const repeated = more.filter(({ id }) => ids.has(id)).map(({ id }) => id);
      if (repeated.length > 0) throw new DuplicateIdError(repeated);
      const everything = known.map((one) => (isDone(one) ? { ...one, state: 'COMPLETED' } : one));
      everything.push(...more);
      return continueWith(everything, only && new Set([...only, ...more.map(({ id }) => id)]), () => true);
    },
    revised(tickets, selection) {
      const versions = new Map(tickets.map((one) => [one.id, one]));
      const everything = known.map((one) => {
        const now = versions.get(one.id);
        if (isDone(one)) return { ...(now ?? one), state: 'COMPLETED' };
        if (progress.phaseOf(one.id) === PHASE.running) return one;
        return now ?? { ...one, dependencies: [], state: 'CANCELLED' };
      });
      const ids = new Set(known.map(({ id }) => id));
      everything.push(...tickets.filter(({ id }) => !ids.has(id)));
      const over = new Set(everything.filter((one) => !isRunnable(one)).map(({ id }) => id));
      return continueWith(everything, selection, (id, phase) =>
        phase === PHASE.held ? !over.has(id) : phase === PHASE.running || phase === PHASE.ready,
      );
    },
    initiallyCompleted: () => [...closedAtStart],
    blocked: () => progress.blocked(),
    indexOf: (id) => progress.nodeOf(id),
    isRunning: (id) => progress.phaseOf(id) === PHASE.running,
    get ready() {
      return progress.count(PHASE.ready);
    },
    get running() {
      return progress.count(PHASE.running);
    },
    get remaining() {
      return remaining();
    },
  };
}

function checkLimit(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) throw new LimitError(name, value);
}
