import type { Ticket } from '@sage/tickets';
import type { AttemptSupervisor } from '../attempts/attempt-supervisor.ts';
import { StartApproval } from '../attempts/start-approval.ts';
import type { WorkerNumbers } from '../attempts/worker-numbers.ts';
import { attemptNeeds } from '../backlog/agent-choice.ts';
import { ticketOf } from '../backlog/backlog.ts';
import type { RunContext } from '../context/run-context.ts';
import type { Admission } from '../limits/admission.ts';
import type { Breaker } from '../limits/breaker.ts';
import type { TurnedAway } from '../limits/turned-away.ts';
import type { LiveInputs } from '../live/live-inputs.ts';
import type { TicketAction, TicketRequest } from '../live/ticket-requests.ts';

/** How often to retry a ticket that no worker has room for, because nothing announces a new worker. */
const ROOM_LOOK_MS = 1_000;

export interface TicketStartsOptions {
  readonly admission: Admission;
  readonly inputs: LiveInputs;
  readonly numbers: WorkerNumbers;
  readonly attempts: AttemptSupervisor;
  readonly breaker: Breaker;
  readonly turnedAway: TurnedAway;
  /** Aborted when a person quits at a question. */
  readonly halt: AbortController;
  /** Whether nothing starts any more. */
  readonly isOver: () => boolean;
  /** Makes the loop look again after some milliseconds. Returns whether there is something to wait for. */
  readonly wakeIn: (milliseconds: number) => boolean;
  readonly lookAgain: () => void;
}

/**
 * Decides which ticket starts next on a free worker, and which does not start at all, taking into account limits and
 * people's decisions.
 */
export class TicketStarts {
  readonly #context: RunContext;
  readonly #options: TicketStartsOptions;
  readonly #approval: StartApproval | undefined;
  readonly #leftOut = new Set<string>();
  /** People's requests for tickets that have not been handled yet. */
  readonly #requests: TicketRequest[] = [];
  /** Agents whose work a person has sent back wait here for a worker. */
  readonly #returning: ((worker: number) => void)[] = [];

  constructor(context: RunContext, options: TicketStartsOptions) {
    this.#context = context;
    this.#options = options;
    context.log.subscribe((event) => {
      if (event.event !== 'ticket.requested') return;
      this.#requests.push(event);
      options.lookAgain();
    });
    const { startApproval } = context.settings;
    this.#approval = startApproval && new StartApproval(startApproval, options.lookAgain);
  }

  /** Open tickets that do not run in this process, and that block nothing. */
  get leftOut(): ReadonlySet<string> {
    return this.#leftOut;
  }

  leaveOut(id: string): void {
    this.#leftOut.add(id);
  }

  /** Leaves a ticket that has not landed for another run. */
  skip(id: string): void {
    this.leaveOut(id);
    this.#context.scheduler.deferred(id);
  }

  /** Resolves with the number of a free worker, for an agent that continues its work. */
  nextWorker(): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#returning.push(resolve);
    this.#options.lookAgain();
    return promise;
  }

  /** Gives ready tickets to free workers. Returns whether one waits for a limit, a person, or the end of a pause. */
  async startReady(): Promise<boolean> {
    for (const { ticket, action } of this.#requests.splice(0)) this.#onRequested(ticket, action);
    const undecided: string[] = [];
    const homeless: string[] = [];
    try {
      const waits = await this.#startDecided(undecided, homeless);
      if (homeless.length > 0) return this.#options.wakeIn(ROOM_LOOK_MS);
      return waits || undecided.length > 0;
    } finally {
      for (const id of [...undecided, ...homeless]) this.#context.scheduler.released(id);
    }
  }

  /**
   * Sets aside tickets that a person has not decided about (`undecided`), and those that no worker has room for
   * (`homeless`).
   */
  async #startDecided(undecided: string[], homeless: string[]): Promise<boolean> {
    const { scheduler, settings, clock, backlog, log } = this.#context;
    const { admission, inputs, numbers, attempts, halt, isOver, wakeIn } = this.#options;
    while (!isOver()) {
      await inputs.take();
      if (isOver() || numbers.allBusy) return false;
      if (log.state.paused) return scheduler.ready > 0 || scheduler.nextDue() !== undefined;
      const returning = this.#returning.shift();
      if (returning) {
        returning(numbers.take());
        continue;
      }
      const id = scheduler.next();
      if (id === undefined) return wakeIn((scheduler.nextDue() ?? Infinity) - clock.elapsed());
      if (this.#leftOut.has(id)) {
        // An edit of the backlog has made it ready again.
        scheduler.deferred(id);
        continue;
      }
      const delay = admission.startDelay(numbers.busy, attempts.running);
      if (delay > 0) return wakeIn(delay);
      if (this.#letsOthersPass(id)) {
        scheduler.started(id);
        scheduler.failed(id);
        continue;
      }
      const ticket = ticketOf(backlog, id);
      if (!this.#hasRoomFor(ticket)) {
        homeless.push(id);
        scheduler.started(id);
        continue;
      }
      const answer = settings.ask ? await settings.ask({ kind: 'start', ticket }) : this.#answerOn(ticket);
      if (answer === undefined) {
        undecided.push(id);
        scheduler.started(id);
      } else if (answer === 'quit') {
        halt.abort();
      } else if (answer === 'no') {
        this.skip(id);
      } else {
        scheduler.started(id);
        attempts.start(ticket, numbers.take());
      }
    }
    // They end at once, because their agents are halted or nothing more starts.
    for (const resolve of this.#returning.splice(0)) resolve(numbers.take());
    return false;
  }

  #hasRoomFor(ticket: Ticket): boolean {
    const { workers, log, settings } = this.#context;
    const attempt = (log.state.attempts.get(ticket.id) ?? 0) + 1;
    return workers.hasRoomFor?.(ticket.id, attemptNeeds(ticket, attempt, settings.agents ?? {})) ?? true;
  }

  /** If other tickets fail the same way, the ticket is not at fault. */
  #letsOthersPass(id: string): boolean {
    const { breaker, turnedAway } = this.#options;
    return (breaker.suspects(id) || turnedAway.letsOthersPass(id)) && this.#context.scheduler.ready > 1;
  }

  #onRequested(id: string, action: TicketAction): void {
    if (this.#options.attempts.end(id, action) || action === 'stop') return;
    const { log, scheduler } = this.#context;
    // Finished work still lands.
    const isOver = log.state.completed.has(id) || log.state.deferred.has(id) || scheduler.isRunning(id);
    if (!isOver && !this.#leftOut.has(id)) this.skip(id);
  }

  /** Undefined while a person has not answered. */
  #answerOn(ticket: Ticket): 'yes' | 'no' | 'quit' | undefined {
    if (!this.#approval) return 'yes';
    const { backlog, log } = this.#context;
    const { completed, deferred } = log.state;
    const openOf = (id: string) =>
      backlog.selection.has(id) && !completed.has(id) && !deferred.has(id)
        ? backlog.tickets.get(id)
        : undefined;
    return this.#approval.answerOn(ticket, openOf, () => this.#startable());
  }

  /** The tickets that could start now, beside each other, on all free workers. */
  #startable(): Ticket[] {
    const { scheduler, backlog, log } = this.#context;
    const found: Ticket[] = [];
    while (found.length < log.state.workers - this.#options.numbers.busy) {
      const id = scheduler.next();
      if (id === undefined) break;
      scheduler.started(id);
      found.push(ticketOf(backlog, id));
    }
    for (const { id } of found) scheduler.released(id);
    return found;
  }
}
