import { QueueStoppedError, UnfinishedLandingError } from '@sage/commit-queue';
import { type RunOutcome, type RunSummary, summarise } from '@sage/journal';
import { TicketIndexError } from '@sage/tickets';
import { isMachineError } from '@sage/workers';
import { type AttemptMessage, AttemptSupervisor } from '../attempts/attempt-supervisor.ts';
import { AttemptRunner } from '../attempts/attempt-runner.ts';
import { RetryPolicy } from '../attempts/retry-policy.ts';
import { WorkerNumbers } from '../attempts/worker-numbers.ts';
import { ConflictWatch } from '../conflicts/conflict-watch.ts';
import { ticketOf } from '../backlog/backlog.ts';
import type { RunContext } from '../context/run-context.ts';
import type { LiveForecast } from '../forecast/live-forecast.ts';
import { LandedEntries } from '../landing/landed-entries.ts';
import { LandingOutcomes } from '../landing/landing-outcomes.ts';
import { LandingPause } from '../landing/landing-pause.ts';
import { LandingTurns } from '../landing/landing-turns.ts';
import type { Admission } from '../limits/admission.ts';
import { Breaker } from '../limits/breaker.ts';
import { BudgetNotices } from '../limits/budget-notices.ts';
import { GO_ON, machineFailed } from '../limits/machine-health.ts';
import { TurnedAway } from '../limits/turned-away.ts';
import type { LiveInputs } from '../live/live-inputs.ts';
import { SourceError } from '../errors.ts';
import { sentAttempts } from '../start/left-elsewhere.ts';
import { unsettledEntries } from '../start/recovery.ts';
import { journalBlocked } from './journal-blocked.ts';
import { Mailbox } from './mailbox.ts';
import { TicketStarts } from './ticket-starts.ts';

export interface RunParts {
  readonly admission: Admission;
  /** What a person may change while the run works. */
  readonly inputs: LiveInputs;
  readonly forecast?: Pick<LiveForecast, 'publish' | 'close'>;
}

export interface RunEnd {
  readonly outcome: RunOutcome;
  readonly reason?: string;
  readonly summary: RunSummary;
}

type Message =
  | AttemptMessage
  | { readonly kind: 'landing-over'; readonly error: unknown }
  | { readonly kind: 'look-again' };

/** Runs tickets until none is left that can run: the one place where scheduler, workers and queue meet. */
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
  readonly #landings: LandingTurns;
  readonly #landedEntries: LandedEntries;
  #cancelWake = (): void => {};
  readonly #turnedAway = new TurnedAway();
  readonly #retries: RetryPolicy;
  /** Aborted when nothing lands any more. */
  readonly #noLanding = new AbortController();
  readonly #budget: BudgetNotices;
  readonly #landingPause: LandingPause;
  /** Why nothing more starts. Running agents may finish, and what is finished lands. */
  #givenUp: string | undefined;
  /** Why the queue cannot continue: nothing lands any more, either. */
  #stopped: string | undefined;

  constructor(context: RunContext, parts: RunParts) {
    this.#context = context;
    this.#parts = parts;
    const { admission } = parts;
    const watch = new ConflictWatch(context);
    const breaker = new Breaker(context.settings.keepGoing !== true);
    const retries = new RetryPolicy(context, admission);
    this.#retries = retries;
    const attempts = new AttemptSupervisor(context, {
      runner: new AttemptRunner(context, watch),
      admission,
      retries,
      breaker,
      halt: this.#halt,
      post: (message) => this.#mailbox.post(message),
      isStopped: () => this.#endReason !== undefined,
      giveUp: (reason) => this.#giveUp(reason),
      turnedAway: this.#turnedAway,
      nextWorker: () => this.#starts.nextWorker(),
      onSkipped: (id) => this.#starts.skip(id),
    });
    this.#watch = watch;
    this.#budget = new BudgetNotices(context);
    this.#landingPause = new LandingPause(context.clock);
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
    this.#landedEntries = new LandedEntries(context.queue);
    this.#landings = new LandingTurns(
      () => this.#landQueued(),
      (error) => this.#mailbox.post({ kind: 'landing-over', error }),
    );
  }

  /**
   * What is thrown in the loop comes out when the agents have ended and nothing waits any more. Where the machine was in
   * the way, the run stops: what this process did not get to, the next one finds in git and journal, as after a kill.
   */
  async run(): Promise<RunEnd> {
    try {
      return await this.#loop();
    } catch (error) {
      await this.#breakOff();
      if (!isMachineError(error)) throw error;
      this.#stop(error);
      return this.#end(false);
    }
  }

  async #breakOff(): Promise<void> {
    this.#noLanding.abort();
    this.#halt.abort();
    this.#cancelWake();
    this.#landingPause.end();
    this.#parts.inputs.close();
    await this.#attempts.ended();
    while (!this.#landings.idle) {
      const message = await this.#mailbox.next();
      if (message.kind === 'landing-over') this.#landings.over();
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
    this.#land(); // What an earlier process left in the queue comes first.
    for (;;) {
      const waiting = await this.#starts.startReady();
      this.#attempts.afterStarts();
      if (this.#attempts.running === 0 && this.#landings.idle && !this.#landingWaits && !waiting) {
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
    // What is queued would be rejected one by one; it stays queued.
    if (this.#breaker.isVerify) this.#stop(this.#breaker.tripped);
    else this.#giveUp(this.#breaker.tripped);
    await this.#exonerate();
  }

  async #react(message: Message): Promise<void> {
    switch (message.kind) {
      case 'look-again':
        return;
      case 'landing-over':
        if (message.error !== undefined) this.#landingFailed(message.error);
        if (this.#landings.over()) this.#land();
        return;
      case 'worker-free':
        this.#numbers.giveBack(message.worker);
        if (message.collection) this.#attempts.collect(message.collection);
        return;
      case 'attempt-over': {
        const { ticket, result, error, worker } = message;
        if (error !== undefined) this.#stop(error);
        if (await this.#attempts.onEnd(ticket, result)) this.#land();
        if (result?.outcome === 'rate-limited') void this.#parts.forecast?.publish();
        if (worker !== undefined) this.#numbers.giveBack(worker);
        this.#budget.onAttemptOver();
      }
    }
  }

  /** Deferrals that an earlier process did not get to make, and entries whose end the journal does not have. */
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

  /** Whether a landing is tried again after a pause. */
  get #landingWaits(): boolean {
    return this.#landingPause.isOn && this.#stopped === undefined && !this.#halt.signal.aborted;
  }

  /** Whether nothing starts any more. */
  get #isOver(): boolean {
    return this.#halt.signal.aborted || this.#endReason !== undefined;
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

  #land(): void {
    const waits = this.#landingPause.isOn || this.#stopped !== undefined;
    if (!waits && !this.#context.killSignal.aborted) this.#landings.start();
  }

  async #landQueued(): Promise<void> {
    const { queue, target, killSignal } = this.#context;
    const signal = AbortSignal.any([killSignal, this.#noLanding.signal]);
    for await (const entry of queue.process({ target: target.ref, signal })) {
      await this.#outcomes.settle(entry);
      if (entry.state === 'landed') await this.#landedEntries.add();
      this.#lookAgain();
    }
  }

  get #endReason(): string | undefined {
    return this.#stopped ?? this.#givenUp;
  }

  /** What the machine lacks may come back: the entry is still queued. */
  #landingFailed(error: unknown): void {
    if (!isMachineError(error)) return this.#stop(error);
    const { notice } = this.#context;
    const { admission } = this.#parts;
    const pause = admission.onMachineFailed();
    if (pause === undefined) return this.#stop(machineFailed(messageOf(error)));
    notice(`landing: ${messageOf(error)}; ${pause}`);
    this.#landingPause.begin(admission.machinePause(), () => {
      this.#land();
      this.#lookAgain();
    });
  }

  /** Tickets that failed for what all have in common get their state and their attempts back. */
  async #exonerate(): Promise<void> {
    const { log, states } = this.#context;
    const tickets = this.#breaker.concerned.filter((id) => log.state.attempts.has(id));
    if (tickets.length === 0) return;
    for (const id of tickets) {
      if (log.state.deferred.has(id)) await states.takeBackDeferral(id);
      // What waits for it is not blocked by it.
      this.#starts.leaveOut(id);
    }
    await log.emit({ event: 'tickets.restored', tickets });
  }

  #giveUp(reason: string): void {
    this.#givenUp ??= reason;
  }

  #stop(error: unknown): void {
    this.#noLanding.abort();
    const advice = isMachineError(error) && !(error instanceof QueueStoppedError) ? `; ${GO_ON}` : '';
    this.#stopped ??= messageOf(error) + advice;
  }

  async #finish(): Promise<RunEnd> {
    const { states, queue, target, log, killSignal, workers } = this.#context;
    this.#cancelWake();
    this.#landingPause.end();
    this.#parts.inputs.close();
    await this.#watch.settled();
    if (!this.#isOver) this.#budget.atEnd();
    let isRecorded = false;
    try {
      if (this.#stopped === undefined && !killSignal.aborted) {
        await states.flush(queue, target.ref);
        isRecorded = true;
      }
    } catch (error) {
      const expected =
        error instanceof QueueStoppedError ||
        error instanceof UnfinishedLandingError ||
        error instanceof TicketIndexError ||
        error instanceof SourceError;
      if (!expected) throw error;
      this.#stop(error);
    }
    await workers.finish?.(sentAttempts(log.state));
    return this.#end(isRecorded);
  }

  async #end(isRecorded: boolean): Promise<RunEnd> {
    const { log, stop } = this.#context;
    const halted = stop.aborted || this.#halt.signal.aborted;
    const outcome = this.#endReason !== undefined ? 'stopped' : halted ? 'interrupted' : 'finished';
    await journalBlocked(this.#context, this.#starts.leftOut);
    // The end is the last event.
    this.#parts.forecast?.close();
    const summary = summarise(log.state);
    const reason = this.#endReason === undefined ? {} : { reason: this.#endReason };
    const deferred = [...log.state.deferred.keys()];
    const unrecorded = isRecorded || deferred.length === 0 ? undefined : deferred;
    await log.emit({ event: 'run.finished', outcome, ...reason, summary, unrecorded });
    return { outcome, ...reason, summary };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
