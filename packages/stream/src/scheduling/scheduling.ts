import type { Repository } from '@sage/git';
import type { RunLog } from '@sage/journal';
import {
  type ConflictChance,
  conflictChances,
  createScheduler,
  type DurationModel,
  exponentialPause,
  type Scheduler,
  type SchedulerOptions,
  type SchedulerTicket,
} from '@sage/scheduler';
import type { Ticket, TicketState } from '@sage/tickets';
import { type Backlog, componentLimits, schedulerTickets } from '../backlog/backlog.ts';
import type { BacklogEdit } from '../backlog/backlog-edit.ts';
import type { Clock } from '../context/clock.ts';
import { gatherEvidence } from '../conflicts/evidence.ts';
import { type History, knownBefore, modelOf, readHistory } from '../history/history.ts';
import { type Evidence, likelyFiles } from '../conflicts/likely-files.ts';
import type { LiveBacklog } from '../backlog/live-backlog.ts';

/** The first pause before a stalled ticket is tried again, and the longest one. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

export interface SchedulingOptions {
  readonly repository: Repository;
  /** Tip of the target, used to predict the files that tickets will change. */
  readonly tip: string;
  readonly backlog: LiveBacklog;
  readonly componentLimits: Readonly<Record<string, number>> | undefined;
  readonly log: Pick<RunLog, 'state'>;
  readonly clock: Clock;
}

/** The scheduler of a run, based on the backlog, the journal, and what was learned from earlier runs. */
export class Scheduling {
  readonly scheduler: Scheduler;
  /** What was learned from earlier runs. */
  readonly history: History;
  readonly rules: Pick<SchedulerOptions, 'only' | 'limits' | 'conflictChance' | 'failing'>;
  readonly #options: SchedulingOptions;
  readonly #model: DurationModel;
  readonly #evidence: Evidence;
  #conflictChance: ConflictChance;

  private constructor(options: SchedulingOptions, history: History, evidence: Evidence) {
    const { backlog, clock } = options;
    this.#options = options;
    this.history = history;
    this.#model = modelOf(history.samples, backlog.tickets);
    this.#evidence = evidence;
    this.#conflictChance = conflictChances(likelyFiles(evidence));
    this.rules = {
      get only() {
        return backlog.selection;
      },
      limits: componentLimits(options.componentLimits),
      conflictChance: Object.assign((one: string, other: string) => this.#conflictChance(one, other), {
        mayConflict: (id: string) => this.#conflictChance.mayConflict?.(id) ?? true,
      }),
      failing: history.record.failing,
    };
    const retry = {
      now: () => clock.elapsed(),
      pause: exponentialPause(FIRST_PAUSE_MS, LONGEST_PAUSE_MS),
    };
    this.scheduler = createScheduler(this.tickets(), { ...this.rules, retry });
  }

  static async open(options: SchedulingOptions): Promise<Scheduling> {
    const { repository, tip, backlog } = options;
    const history = await readHistory(repository.root, backlog.tickets);
    return new Scheduling(options, history, await gatherEvidence(repository, tip, backlog.tickets));
  }

  /** The backlog in its present states. */
  tickets(): SchedulerTicket[] {
    return this.#ticketsOf(this.#options.backlog);
  }

  /** Takes the edited backlog. Returns containers that no longer wait for anything. */
  revise({ backlog, selection }: Pick<BacklogEdit, 'backlog' | 'selection'>): string[] {
    const { tickets } = backlog;
    const closed = this.scheduler.revised(this.#ticketsOf({ ...backlog, selection }), selection);
    // The evidence from the target's history stays that of the start.
    this.#conflictChance = conflictChances(likelyFiles({ ...this.#evidence, tickets }));
    return closed;
  }

  #ticketsOf(backlog: Backlog & Pick<BacklogEdit, 'selection'>): SchedulerTicket[] {
    return schedulerTickets(
      backlog,
      (ticket) => this.#stateOf(ticket, backlog.selection),
      (ticket) => this.#model.predict(knownBefore(ticket))?.minutes,
    );
  }

  /** The journal knows more than an index that is only written at landings. */
  #stateOf(ticket: Ticket, selection: ReadonlySet<string>): TicketState {
    const { log } = this.#options;
    if (log.state.completed.has(ticket.id)) return 'COMPLETED';
    if (log.state.deferred.has(ticket.id)) return 'DEFERRED';
    return selection.has(ticket.id) && ticket.state === 'DEFERRED' ? 'UNPROCESSED' : ticket.state;
  }
}
