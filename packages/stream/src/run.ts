import { type QueueEntry, QueueStoppedError } from '@sage/commit-queue';
import type { Repository } from '@sage/git';
import type { Allowance, Scheduler } from '@sage/scheduler';
import { TicketIndexError } from '@sage/tickets';
import type { Workers } from '@sage/workers';
import { Admission } from './limits/admission.ts';
import type { Ask } from './ask.ts';
import { type AttemptMessage, AtWork } from './attempts/at-work.ts';
import { Attempts } from './attempts/attempts.ts';
import { type Backlog, ticketOf } from './backlog.ts';
import { type BudgetLimits, leftOver } from './limits/budget.ts';
import type { Clock } from './clock.ts';
import { ConflictWatch } from './conflicts/conflict-watch.ts';
import type { Doors } from './doors/doors.ts';
import type { RunOutcome, RunSummary } from './journal/events.ts';
import type { Landing } from './landing/landing.ts';
import { LandingTurns } from './landing/landing-turns.ts';
import { Mailbox } from './mailbox.ts';
import type { RunLog } from './journal/run-log.ts';
import { Setbacks } from './attempts/setbacks.ts';
import { Settlement } from './landing/settlement.ts';
import { summarise } from './journal/summary.ts';
import type { VelocityLog } from './forecast/velocity-log.ts';
import { WorkerNumbers } from './attempts/worker-numbers.ts';

export interface RunOptions {
  readonly repository: Repository;
  readonly target: string;
  readonly backlog: Backlog;
  readonly scheduler: Scheduler;
  readonly workers: Workers;
  readonly landing: Landing;
  readonly log: RunLog;
  readonly velocity: VelocityLog;
  readonly maxAttempts: number;
  readonly budget?: BudgetLimits | undefined;
  /** Whether to wait where the account is at its limit; else nothing more starts. */
  readonly wait: boolean;
  readonly verifyCommand?: string | undefined;
  /** Asked before each step where the run is interactive. */
  readonly ask?: Ask | undefined;
  /** Aborted: start nothing new, stop the agents, land what is finished. */
  readonly stop: AbortSignal;
  /** Aborted: end now; what is finished stays queued. */
  readonly stopNow: AbortSignal;
  /** What the person may change while it works. */
  readonly doors: Doors;
  readonly clock: Clock;
  readonly onNotice: (text: string) => void;
  /** An account has turned an agent away: fewer may work now. */
  readonly onLimit: () => void;
}

export interface RunEnd {
  readonly outcome: RunOutcome;
  readonly reason?: string;
  readonly summary: RunSummary;
}

type Message = AttemptMessage | 'landing-over' | 'look-again';

/** Runs tickets until none is left that can run: the one place where scheduler, workers and queue meet. */
export class Run {
  readonly #options: RunOptions;
  readonly #mailbox = new Mailbox<Message>();
  readonly #admission: Admission;
  readonly #numbers: WorkerNumbers;
  /** Aborted where agents have to end: the person stops the run, or quits at a question. */
  readonly #halt = new AbortController();
  readonly #skipped = new Set<string>();
  readonly #watch: ConflictWatch;
  readonly #settlement: Settlement;
  readonly #work: AtWork;
  readonly #landings: LandingTurns;
  #cancelWake = (): void => {};
  /** Why the queue cannot go on. Agents that run may finish; nothing new starts. */
  #stopped: string | undefined;

  constructor(options: RunOptions) {
    this.#options = options;
    const watch = new ConflictWatch(options);
    const attempts = new Attempts({ ...options, watch });
    const admission = new Admission({ ...options, state: () => options.log.state });
    const overBudget = (ticket: string) => admission.overTicketBudget(ticket);
    const setbacks = new Setbacks({ ...options, overBudget });
    this.#watch = watch;
    this.#admission = admission;
    this.#settlement = new Settlement({ ...options, attempts, watch, setbacks });
    this.#numbers = new WorkerNumbers(() => options.log.state.workers);
    this.#landings = new LandingTurns({
      land: () => options.landing.process(options.stopNow),
      onError: (error) => this.#stop(error),
      onOver: () => this.#mailbox.post('landing-over'),
    });
    this.#work = new AtWork({
      ...options,
      attempts,
      admission,
      setbacks,
      asks: options.ask !== undefined,
      halt: this.#halt,
      post: (message) => this.#mailbox.post(message),
      stopped: () => this.#stopped !== undefined,
      onFinished: (ticket, seconds) => {
        this.#settlement.worked(ticket, seconds);
        this.#land();
      },
      onError: (error) => this.#stop(error),
    });
  }

  async toItsEnd(): Promise<RunEnd> {
    const { stop, stopNow, doors } = this.#options;
    const halt = () => {
      this.#halt.abort();
      this.#mailbox.post('look-again');
    };
    stop.addEventListener('abort', halt, { once: true });
    stopNow.addEventListener('abort', halt, { once: true });
    if (stop.aborted) halt();
    doors.watch(() => this.#mailbox.post('look-again'));
    this.#land(); // What an earlier process left in the queue comes first.
    for (;;) {
      const waiting = await this.#startReady();
      this.#work.afterStarts();
      if (this.#work.running === 0 && this.#landings.idle && !waiting) {
        if (this.#over || !(await doors.hasNews())) break;
        continue;
      }
      const message = await this.#mailbox.next();
      if (message === 'landing-over') {
        if (this.#landings.over()) this.#land();
      } else if (message === 'look-again') continue;
      else if ('freeWorker' in message) {
        this.#numbers.giveBack(message.freeWorker);
        this.#work.collect(message.collection);
      } else {
        const { ended, result, worker } = message;
        await this.#work.ended(ended, result);
        if (worker !== undefined) this.#numbers.giveBack(worker);
      }
    }
    return this.#finish();
  }

  /** How many agents may work at the same time from when on (ms from now). */
  outlook(): readonly Allowance[] {
    return this.#admission.outlook();
  }

  /** What the queue says of an entry: called by the landing, in the queue's order. */
  async entrySettled(entry: QueueEntry, completed: readonly string[]): Promise<void> {
    await this.#settlement.settled(entry, completed);
    this.#mailbox.post('look-again');
  }

  /** Whether nothing starts any more. */
  get #over(): boolean {
    return this.#halt.signal.aborted || this.#stopped !== undefined;
  }

  /** Gives ready tickets to free workers. Says whether one waits for a limit, or for the end of a pause. */
  async #startReady(): Promise<boolean> {
    const { scheduler, ask, clock, backlog, doors, log } = this.#options;
    while (!this.#over) {
      await doors.take();
      if (this.#over || this.#numbers.allBusy) return false;
      if (log.state.paused) return scheduler.ready > 0 || scheduler.nextDue() !== undefined;
      const id = scheduler.next();
      if (id === undefined) return this.#wakeIn((scheduler.nextDue() ?? Infinity) - clock.now().getTime());
      const pause = this.#admission.startsIn(this.#numbers.busy, this.#work.running);
      if (pause > 0) {
        this.#tellBudget();
        return this.#wakeIn(pause);
      }
      const ticket = ticketOf(backlog, id);
      const answer = ask ? await ask({ kind: 'start', ticket }) : 'yes';
      if (answer === 'quit') {
        this.#halt.abort();
      } else if (answer === 'no') {
        this.#skipped.add(id);
        scheduler.deferred(id);
      } else {
        scheduler.started(id);
        this.#work.start(ticket, this.#numbers.take());
      }
    }
    return false;
  }

  /** Says whether there is something to wait for. */
  #wakeIn(milliseconds: number): boolean {
    if (milliseconds === Infinity) return false;
    this.#cancelWake();
    const wake = () => this.#mailbox.post('look-again');
    this.#cancelWake = this.#options.clock.after(Math.max(0, milliseconds), wake);
    return true;
  }

  #tellBudget(): void {
    const { log, scheduler, onNotice } = this.#options;
    // Attempts that run may use less than is reserved for them: it is over only when none does.
    const reason = this.#work.running === 0 ? this.#admission.overBudget(0) : undefined;
    if (reason === undefined) return;
    onNotice(`${reason}; ${leftOver(log.state, scheduler.remaining)}`);
  }

  #land(): void {
    if (this.#stopped === undefined && !this.#options.stopNow.aborted) this.#landings.start();
  }

  #stop(error: unknown): void {
    this.#stopped ??= error instanceof Error ? error.message : String(error);
  }

  async #finish(): Promise<RunEnd> {
    const { landing, log, scheduler, stop, stopNow, doors } = this.#options;
    this.#cancelWake();
    doors.close();
    await this.#watch.settled();
    try {
      if (this.#stopped === undefined && !stopNow.aborted) await landing.flush();
    } catch (error) {
      if (!(error instanceof QueueStoppedError || error instanceof TicketIndexError)) throw error;
      this.#stop(error);
    }
    const halted = stop.aborted || this.#halt.signal.aborted;
    const outcome: RunOutcome = this.#stopped !== undefined ? 'stopped' : halted ? 'interrupted' : 'finished';
    const blocked = scheduler
      .blocked()
      .filter(({ id, by }) => log.state.tickets.has(id) && !by.some((other) => this.#skipped.has(other)));
    for (const { id, by } of blocked) await log.emit({ event: 'ticket.blocked', ticket: id, by });
    const summary = summarise(log.state, new Set(blocked.map(({ id }) => id)));
    const reason = this.#stopped === undefined ? {} : { reason: this.#stopped };
    await log.emit({ event: 'run.finished', outcome, ...reason, summary });
    return { outcome, ...reason, summary };
  }
}
