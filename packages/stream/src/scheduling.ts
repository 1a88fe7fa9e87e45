import type { Repository } from '@sage/git';
import {
  conflictChances,
  createScheduler,
  type DurationModel,
  exponentialPause,
  type Scheduler,
  type SchedulerOptions,
  type SchedulerTicket,
} from '@sage/scheduler';
import type { Ticket, TicketState } from '@sage/tickets';
import { type Backlog, componentLimits, schedulerTickets } from './backlog.ts';
import type { Clock } from './clock.ts';
import { gatherEvidence } from './evidence.ts';
import { type History, knownBefore, modelOf, readHistory } from './history.ts';
import { type Evidence, likelyFiles } from './likely-files.ts';
import type { RunLog } from './run-log.ts';

/** Before an agent that hung is tried again, in milliseconds: the first time, and the longest. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;

export interface SchedulingOptions {
  readonly repository: Repository;
  /** Of the target, for what it tells about the files that tickets will change. */
  readonly tip: string;
  readonly backlog: Backlog;
  /** The tickets that the run is to complete. */
  readonly selection: ReadonlySet<string>;
  readonly componentLimits: Readonly<Record<string, number>> | undefined;
  readonly log: RunLog;
  readonly clock: Clock;
}

/** The scheduler of a run, and what it rests on: the backlog, the journal, and what earlier runs taught. */
export class Scheduling {
  readonly scheduler: Scheduler;
  /** Of earlier runs. */
  readonly history: History;
  readonly rules: Pick<SchedulerOptions, 'only' | 'limits' | 'conflictChance'>;
  readonly #options: SchedulingOptions;
  readonly #model: DurationModel;

  private constructor(options: SchedulingOptions, history: History, evidence: Evidence) {
    const { backlog, selection, clock } = options;
    this.#options = options;
    this.history = history;
    this.#model = modelOf(history.samples, backlog.tickets);
    this.rules = {
      only: selection,
      limits: componentLimits(options.componentLimits),
      conflictChance: conflictChances(likelyFiles(evidence)),
    };
    const retry = {
      now: () => clock.now().getTime(),
      pause: exponentialPause(FIRST_PAUSE, LONGEST_PAUSE),
    };
    this.scheduler = createScheduler(this.tickets(), { ...this.rules, retry });
  }

  static async open(options: SchedulingOptions): Promise<Scheduling> {
    const { repository, tip, backlog } = options;
    const history = await readHistory(repository.root, backlog.tickets);
    return new Scheduling(options, history, await gatherEvidence(repository, tip, backlog.tickets));
  }

  /** The backlog in the states of now. */
  tickets(): SchedulerTicket[] {
    return schedulerTickets(
      this.#options.backlog,
      (ticket) => this.#stateOf(ticket),
      (ticket) => this.#model.predict(knownBefore(ticket))?.minutes,
    );
  }

  /** The journal and git know more than an index that is written at landings only. */
  #stateOf(ticket: Ticket): TicketState {
    const { log, selection } = this.#options;
    if (log.state.completed.has(ticket.id)) return 'COMPLETED';
    if (log.state.deferred.has(ticket.id)) return 'DEFERRED';
    return selection.has(ticket.id) && ticket.state === 'DEFERRED' ? 'UNPROCESSED' : ticket.state;
  }
}
