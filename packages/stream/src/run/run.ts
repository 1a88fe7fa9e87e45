import { isMachineError } from '@sage/workers';
import { type AttemptMessage, AttemptSupervisor } from '../attempts/attempt-supervisor.ts';
import { AttemptRunner } from '../attempts/attempt-runner.ts';
import { RetryPolicy } from '../attempts/retry-policy.ts';
import { WorkerNumbers } from '../attempts/worker-numbers.ts';
import { ConflictWatch } from '../conflicts/conflict-watch.ts';
import { ticketOf } from '../backlog/backlog.ts';
import type { RunContext } from '../context/run-context.ts';
import type { LiveForecast } from '../forecast/live-forecast.ts';
import { LandingOutcomes } from '../landing/landing-outcomes.ts';
import type { Admission } from '../limits/admission.ts';
import { Breaker } from '../limits/breaker.ts';
import { BudgetNotices } from '../limits/budget-notices.ts';
import { TurnedAway } from '../limits/turned-away.ts';
import type { LiveInputs } from '../live/live-inputs.ts';
import { unsettledEntries } from '../start/recovery.ts';
import { Ending } from './ending.ts';
import { type FinishOptions, finishRun, journalEnd, type RunEnd } from './finish-run.ts';
import { Landings } from './landings.ts';
import { Mailbox } from './mailbox.ts';
import { TicketStarts } from './ticket-starts.ts';

export interface RunParts {
  readonly admission: Admission;
  /** What a person may change during the run. */
  readonly inputs: LiveInputs;
  readonly forecast?: Pick<LiveForecast, 'publish' | 'close'>;
}

type Message =
  | AttemptMessage
  | { readonly kind: 'landing-over'; readonly error: unknown }
  | { readonly kind: 'look-again' };

/** Runs tickets until none is left that can run. Scheduler, workers and queue meet only here. */
export class Run {
  readonly #context: RunContext;
  readonly #parts: RunParts;
  readonly #mailbox = new Mailbox<Message>();
  readonly #numbers: WorkerNumbers;
  /** Aborted when agents have to end: the user stops the run, or quits at a question. */
  readonly #halt = new AbortController();
  readonly #starts: TicketStarts;
  readonly #breaker: Breaker;
  readonly #watch: ConflictWatch;
  readonly #attempts: AttemptSupervisor;
  readonly #outcomes: LandingOutcomes;
  readonly #landings: Landings;
  #cancelWake = (): void => {};
  readonly #turnedAway = new TurnedAway();
  readonly #retries: RetryPolicy;
  readonly #budget: BudgetNotices;
  readonly #ending: Ending;

  constructor(context: RunContext, parts: RunParts) {
    this.#context = context;
    this.#parts = parts;
    const { admission } = parts;
    const watch = new ConflictWatch(context);
    const { keepGoing, resumeLine } = context.settings;
    this.#ending = new Ending(resumeLine);
    const breaker = new Breaker(keepGoing !== true, resumeLine);
    const retries = new RetryPolicy(context, admission);
    this.#retries = retries;
    const attempts = new AttemptSupervisor(context, {
      runner: new AttemptRunner(context, watch),
      admission,
      retries,
      breaker,
      halt: this.#halt,
      post: (message) => this.#mailbox.post(message),
      isStopped: () => this.#ending.reason !== undefined,
      giveUp: (reason) => this.#ending.giveUp(reason),
      turnedAway: this.#turnedAway,
      nextWorker: () => this.#starts.nextWorker(),
      onSkipped: (id) => this.#starts.skip(id),
    });
    this.#watch = watch;
    this.#budget = new BudgetNotices(context);
    this.#attempts = attempts;
    this.#outcomes = new LandingOutcomes(context, { attempts, watch, retries, breaker });
    this.#breaker = breaker;
    this.#numbers = new WorkerNumbers(() => context.log.state.workers);
    this.#starts = new TicketStarts(context, {
      ...parts,
      numbers: this.#numbers,
      attempts,
      breaker,
      turnedAway: this.#turnedAway,
      halt: this.#halt,
      isOver: () => this.#isOver,
      wakeIn: (milliseconds) => this.#wakeIn(milliseconds),
      lookAgain: () => this.#lookAgain(),
    });
    this.#landings = new Landings(context, {
      outcomes: this.#outcomes,
      admission,
      ending: this.#ending,
      halt: this.#halt.signal,
      onTurnOver: (error) => this.#mailbox.post({ kind: 'landing-over', error }),
      lookAgain: () => this.#lookAgain(),
    });
  }

  /**
   * Errors of the loop are thrown after the agents have ended and nothing is waiting. If the machine was at fault,
   * the run stops instead. The next process finds what this one could not complete in git and the journal, as after a
   * kill.
   */
  async run(): Promise<RunEnd> {
    try {
      return await this.#loop();
    } catch (error) {
      await this.#breakOff();
      if (!isMachineError(error)) throw error;
      this.#ending.stop(error);
      return journalEnd(this.#context, this.#finishOptions, false);
    }
  }

  async #breakOff(): Promise<void> {
    this.#ending.landNoMore();
    this.#halt.abort();
    this.#cancelWake();
    this.#landings.end();
    this.#parts.inputs.close();
    await this.#attempts.ended();
    while (!this.#landings.idle) {
      const message = await this.#mailbox.next();
      if (message.kind === 'landing-over') this.#landings.over(undefined);
    }
  }

  async #loop(): Promise<RunEnd> {
    const { stop, killSignal } = this.#context;
    const { inputs } = this.#parts;
    const halt = () => {
      this.#halt.abort();
      this.#lookAgain();
    };
    stop.addEventListener('abort', halt, { once: true });
    killSignal.addEventListener('abort', halt, { once: true });
    if (stop.aborted) halt();
    inputs.watch(() => this.#lookAgain());
    await this.#settleLeftOver();
    this.#landings.start(); // What an earlier process left in the queue comes first.
    for (;;) {
      const waiting = await this.#starts.startReady();
      this.#attempts.afterStarts();
      if (this.#attempts.running === 0 && this.#landings.idle && !waiting) {
        if (this.#isOver || !(await inputs.hasChanged())) break;
        continue;
      }
      await this.#handle(await this.#mailbox.next());
    }
    return this.#finish();
  }

  async #handle(message: Message): Promise<void> {
    await this.#react(message);
    if (this.#breaker.tripped === undefined) return;
    // Otherwise queued entries would be rejected one by one. They stay queued.
    if (this.#breaker.isVerify) this.#ending.stop(this.#breaker.tripped);
    else this.#ending.giveUp(this.#breaker.tripped);
    await this.#exonerate();
  }

  async #react(message: Message): Promise<void> {
    switch (message.kind) {
      case 'look-again':
        return;
      case 'landing-over':
        return this.#landings.over(message.error);
      case 'worker-free':
        this.#numbers.giveBack(message.worker);
        if (message.collection) this.#attempts.collect(message.collection);
        return;
      case 'attempt-over': {
        const { ticket, result, error, worker } = message;
        if (error !== undefined) this.#ending.stop(error);
        if (await this.#attempts.onEnd(ticket, result)) this.#landings.start();
        if (result?.outcome === 'rate-limited') void this.#parts.forecast?.publish();
        if (worker !== undefined) this.#numbers.giveBack(worker);
        this.#budget.onAttemptOver();
      }
    }
  }

  /**
   * Makes deferrals that an earlier process could not make, and settles entries whose outcome is missing from the
   * journal.
   */
  async #settleLeftOver(): Promise<void> {
    const { backlog, log, queue, scheduler } = this.#context;
    for (const [id, last] of log.state.toDefer) {
      if (backlog.selection.has(id))
        await this.#retries.deferred(ticketOf(backlog, id), { ...last, commit: undefined });
    }
    const entries = await queue.list();
    this.#outcomes.remember(entries);
    for (const entry of unsettledEntries(entries, log.state)) {
      scheduler.started(entry.ticket);
      if (entry.state !== 'queued') await this.#outcomes.settle({ ...entry, managedFiles: [] });
    }
  }

  /** Whether nothing starts any more. */
  get #isOver(): boolean {
    return this.#halt.signal.aborted || this.#ending.reason !== undefined;
  }

  /** Returns whether there is something to wait for. */
  #wakeIn(milliseconds: number): boolean {
    if (milliseconds === Infinity) return false;
    this.#cancelWake();
    this.#cancelWake = this.#context.clock.after(Math.max(0, milliseconds), () => this.#lookAgain());
    return true;
  }

  #lookAgain(): void {
    this.#mailbox.post({ kind: 'look-again' });
  }

  /** Tickets that failed from a common cause get back their state and their attempts. */
  async #exonerate(): Promise<void> {
    const { log, states } = this.#context;
    const tickets = this.#breaker.concerned.filter((id) => log.state.attempts.has(id));
    if (tickets.length === 0) return;
    for (const id of tickets) {
      if (log.state.deferred.has(id)) await states.takeBackDeferral(id);
      // It must not block the tickets that wait for it.
      this.#starts.leaveOut(id);
    }
    await log.emit({ event: 'tickets.restored', tickets });
  }

  async #finish(): Promise<RunEnd> {
    this.#cancelWake();
    this.#landings.end();
    this.#parts.inputs.close();
    await this.#watch.settled();
    if (!this.#isOver) this.#budget.atEnd();
    return finishRun(this.#context, this.#finishOptions);
  }

  get #finishOptions(): FinishOptions {
    return {
      ending: this.#ending,
      halt: this.#halt.signal,
      leftOut: this.#starts.leftOut,
      closeForecast: () => this.#parts.forecast?.close(),
    };
  }
}
