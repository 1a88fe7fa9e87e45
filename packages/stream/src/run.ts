import { type QueueEntry, QueueStoppedError } from '@sage/commit-queue';
import type { Repository } from '@sage/git';
import type { Allowance, Scheduler } from '@sage/scheduler';
import type { Ticket } from '@sage/tickets';
import type { AgentReport, AttemptResult, Workers } from '@sage/workers';
import type { Ask } from './ask.ts';
import { Attempts } from './attempts.ts';
import type { Backlog } from './backlog.ts';
import { Admission } from './admission.ts';
import { type BudgetLimits, estimate } from './budget.ts';
import type { Clock } from './clock.ts';
import { type Collection, CollectionOrder } from './collection-order.ts';
import { ConflictWatch } from './conflict-watch.ts';
import type { RunOutcome, RunSummary } from './events.ts';
import type { Landing } from './landing.ts';
import { Mailbox } from './mailbox.ts';
import type { RunLog } from './run-log.ts';
import { Setbacks } from './setbacks.ts';
import { summarise } from './summary.ts';
import type { VelocityLog } from './velocity-log.ts';

export interface RunOptions {
  readonly repository: Repository;
  readonly target: string;
  readonly backlog: Backlog;
  readonly scheduler: Scheduler;
  readonly workers: Workers;
  readonly workforce: number;
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

interface EndedAttempt {
  readonly ticket: Ticket;
  /** undefined where it could not even start. */
  readonly result: AttemptResult | undefined;
}

type Message =
  | { readonly freeWorker: number; readonly collection: Collection }
  | { readonly ended: EndedAttempt; readonly worker: number | undefined }
  | 'landing-over'
  | 'look-again';

/** Runs tickets until none is left that can run: the one place where scheduler, workers and queue meet. */
export class Run {
  readonly #options: RunOptions;
  readonly #mailbox = new Mailbox<Message>();
  readonly #admission: Admission;
  readonly #setbacks: Setbacks;
  readonly #freeWorkers: number[];
  /** Aborted where agents have to end: the person stops the run, or quits at a question. */
  readonly #halt = new AbortController();
  readonly #skipped = new Set<string>();
  readonly #attempts: Attempts;
  readonly #watch: ConflictWatch;
  readonly #collections = new CollectionOrder();
  /** How long the agent worked on a ticket that is about to land. */
  readonly #seconds = new Map<string, number>();
  #cancelWake = (): void => {};
  #running = 0;
  #landing: 'idle' | 'busy' | 'busy, and more is queued' = 'idle';
  /** Why the queue cannot go on. Agents that run may finish; nothing new starts. */
  #stopped: string | undefined;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#watch = new ConflictWatch(options);
    this.#attempts = new Attempts({ ...options, watch: this.#watch });
    this.#admission = new Admission({ ...options, state: () => options.log.state });
    const overBudget = (ticket: string) => this.#admission.overTicketBudget(ticket);
    this.#setbacks = new Setbacks({ ...options, overBudget });
    this.#freeWorkers = Array.from({ length: options.workforce }, (_, index) => index + 1);
  }

  async toItsEnd(): Promise<RunEnd> {
    const { stop, stopNow } = this.#options;
    const halt = () => {
      this.#halt.abort();
      this.#mailbox.post('look-again');
    };
    stop.addEventListener('abort', halt, { once: true });
    stopNow.addEventListener('abort', halt, { once: true });
    if (stop.aborted) halt();
    this.#land(); // What an earlier process left in the queue comes first.
    for (;;) {
      const waiting = await this.#startReady();
      this.#collections.afterStarts();
      if (this.#running === 0 && this.#landing === 'idle' && !waiting) break;
      const message = await this.#mailbox.next();
      if (message === 'landing-over') this.#landingOver();
      else if (message === 'look-again') continue;
      else if ('freeWorker' in message) this.#free(message.freeWorker, message.collection);
      else {
        await this.#attemptEnded(message.ended);
        if (message.worker !== undefined) this.#free(message.worker);
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
    const { log, scheduler, landing, clock } = this.#options;
    const ticket = this.#ticket(entry.ticket);
    await this.#attempts.announced(ticket.id);
    const about = { ticket: ticket.id, entry: entry.id };
    if (entry.state === 'landed' && entry.landed !== undefined) {
      const flaky = entry.flaky === true && { flaky: true };
      await log.emit({ event: 'landing.landed', ...about, commit: entry.landed, ...flaky });
      // A landing that recovery found may be told already.
      const news = completed.filter((id) => !log.state.completed.has(id));
      for (const id of news) await log.emit({ event: 'ticket.completed', ticket: id, commit: entry.landed });
      if (news.includes(ticket.id)) scheduler.completed(ticket.id);
      await landing.forgetKept(ticket.id);
      const seconds = this.#seconds.get(ticket.id);
      this.#watch.targetMoved();
      if (seconds !== undefined) await this.#options.velocity.landed(ticket.id, seconds, clock.now());
      this.#mailbox.post('look-again');
    } else if (entry.state === 'conflicted') {
      const { files = [], tickets = [] } = entry.conflict ?? {};
      await log.emit({ event: 'landing.conflicted', ...about, files, tickets });
      const others = tickets.length > 0 ? ` with ${tickets.join(', ')}` : '';
      const reason = `conflicts${others} in ${files.join(', ')}`;
      await this.#setbacks.conflicted(ticket, { category: 'merge_conflict', reason, commit: entry.commit });
      this.#mailbox.post('look-again');
    } else if (entry.state === 'rejected') {
      const reason = `${this.#options.verifyCommand ?? 'verify'} failed on the merged result`;
      await log.emit({ event: 'landing.rejected', ...about, reason, output: entry.output ?? '' });
      const category = 'persistent_test_failure';
      await this.#setbacks.failed(ticket, { category, reason, commit: entry.commit });
      this.#mailbox.post('look-again');
    }
  }

  #free(worker: number, collection?: Collection): void {
    this.#freeWorkers.push(worker);
    this.#freeWorkers.sort((a, b) => a - b);
    if (collection) this.#collections.add(collection);
  }

  /** Gives ready tickets to free workers. Says whether a ready one waits for the limit or a pause. */
  async #startReady(): Promise<boolean> {
    const { scheduler, ask, clock, workforce } = this.#options;
    while (!this.#halt.signal.aborted && this.#stopped === undefined && this.#freeWorkers.length > 0) {
      const id = scheduler.next();
      if (id === undefined) return this.#wakeIn((scheduler.nextDue() ?? Infinity) - clock.now().getTime());
      const pause = this.#admission.startsIn(workforce - this.#freeWorkers.length, this.#running);
      if (pause > 0) {
        this.#tellBudget();
        return this.#wakeIn(pause);
      }
      const ticket = this.#ticket(id);
      const answer = ask ? await ask({ kind: 'start', ticket }) : 'yes';
      if (answer === 'quit') {
        this.#halt.abort();
      } else if (answer === 'no') {
        this.#skipped.add(id);
        scheduler.deferred(id);
      } else {
        scheduler.started(id);
        this.#running += 1;
        void this.#attempt(this.#freeWorkers.shift() as number, ticket);
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
    const reason = this.#running === 0 ? this.#admission.overBudget(0) : undefined;
    if (reason === undefined) return;
    const left = scheduler.remaining;
    const cost = estimate(log.state, left);
    const need = cost === undefined ? '' : `, and would need ${cost}`;
    const rest = left === 1 ? '1 ticket is left as it is' : `${left} tickets are left as they are`;
    onNotice(`${reason}; ${rest}${need}`);
  }

  /** Never rejects. */
  async #attempt(worker: number, ticket: Ticket): Promise<void> {
    const agentStarted = this.#collections.starting();
    let busy = true;
    const over = Promise.withResolvers<void>();
    const free = (begin: () => void) => {
      this.#mailbox.post({ freeWorker: worker, collection: { begin, over: over.promise } });
      busy = false;
    };
    // The worker takes its next ticket before the work of this one is collected and queued; unless the person is asked
    // about it first, or the agent may have asked for a pause.
    const beforeCollecting = async (exitCode: number | null) => {
      if (busy && exitCode === 0 && !this.#options.ask) await new Promise<void>((resolve) => free(resolve));
    };
    const cut = new AbortController();
    this.#admission.started(ticket.id, () => cut.abort());
    const hooks = {
      signal: AbortSignal.any([this.#halt.signal, cut.signal]),
      onReport: (report: AgentReport) => this.#admission.heard(ticket.id, report),
      hurry: this.#options.stopNow,
      onAgentStarted: agentStarted,
      beforeCollecting,
    };
    let result: AttemptResult | undefined;
    try {
      result = await this.#attempts.run(ticket, worker, hooks);
    } catch (error) {
      this.#stop(error);
    }
    agentStarted();
    over.resolve();
    // How it ended counts before the worker is free again: the agent may have been turned away.
    this.#mailbox.post({ ended: { ticket, result }, worker: busy ? worker : undefined });
  }

  async #attemptEnded({ ticket, result }: EndedAttempt): Promise<void> {
    const { scheduler, workers, onNotice } = this.#options;
    this.#running -= 1;
    const cut = this.#admission.ended(ticket.id, result?.outcome);
    if (!result) return;
    const { outcome, category = 'agent_failed', reason = 'it failed', commit } = result;
    switch (outcome) {
      case 'completed':
        this.#seconds.set(ticket.id, result.seconds);
        this.#land();
        return;
      case 'deferred':
        return this.#setbacks.deferred(ticket, { category, reason, commit });
      case 'failed':
        if (this.#stopped === undefined) await this.#setbacks.failed(ticket, { category, reason, commit });
        return;
      case 'rate-limited':
        onNotice(`${ticket.id}: ${reason}; ${this.#admission.turnedAway(result.retryAfter)}`);
        this.#options.onLimit();
        break;
      case 'interrupted':
        if (cut?.of === 'ticket')
          return this.#setbacks.deferred(ticket, { category: 'budget', reason: cut.reason, commit });
        if (cut) onNotice(`${ticket.id} is cut off: ${cut.reason}`);
        // Though nobody stopped the run: the person quit at a question.
        else this.#halt.abort();
    }
    if (commit !== undefined) await workers.keep(ticket.id, commit, 'interrupted');
    scheduler.released(ticket.id);
  }

  #land(): void {
    if (this.#stopped !== undefined || this.#options.stopNow.aborted) return;
    if (this.#landing !== 'idle') {
      this.#landing = 'busy, and more is queued';
      return;
    }
    this.#landing = 'busy';
    this.#options.landing
      .process(this.#options.stopNow)
      .catch((error: unknown) => this.#stop(error))
      .finally(() => this.#mailbox.post('landing-over'));
  }

  #landingOver(): void {
    const more = this.#landing === 'busy, and more is queued';
    this.#landing = 'idle';
    if (more) this.#land();
  }

  #stop(error: unknown): void {
    this.#stopped ??= error instanceof Error ? error.message : String(error);
  }

  async #finish(): Promise<RunEnd> {
    const { landing, log, scheduler, stop, stopNow } = this.#options;
    this.#cancelWake();
    await this.#watch.settled();
    try {
      if (this.#stopped === undefined && !stopNow.aborted) await landing.flush();
    } catch (error) {
      if (!(error instanceof QueueStoppedError)) throw error;
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

  #ticket(id: string): Ticket {
    const ticket = this.#options.backlog.tickets.get(id);
    if (!ticket) throw new Error(`ticket ${JSON.stringify(id)} is not in the backlog`);
    return ticket;
  }
}
