import type { Ticket } from '@sage/tickets';
import type { AgentRun, AttemptResult, FinishedWork, Review } from '@sage/workers';
import type { RunContext } from '../context/run-context.ts';
import type { Admission } from '../limits/admission.ts';
import type { Breaker, Failure } from '../limits/breaker.ts';
import { machineFailed } from '../limits/machine-health.ts';
import { thenResume } from '../limits/then-resume.ts';
import type { TurnedAway } from '../limits/turned-away.ts';
import type { TicketAction } from '../live/ticket-requests.ts';
import type { AttemptRunner } from './attempt-runner.ts';
import { type Collection, CollectionOrder } from './collection-order.ts';
import type { RetryPolicy } from './retry-policy.ts';
import { reviewOf } from './review.ts';
import { keepWork } from './keep-work.ts';

/** Messages from an attempt to the run loop. */
export type AttemptMessage =
  | { readonly kind: 'worker-free'; readonly worker: number; readonly collection: Collection | undefined }
  | {
      readonly kind: 'attempt-over';
      readonly ticket: Ticket;
      /** Undefined if the attempt could not even start; `error` has the reason. */
      readonly result: AttemptResult | undefined;
      readonly error?: unknown;
      /** Undefined if its worker has already become free. */
      readonly worker: number | undefined;
    };

export interface SupervisorOptions {
  readonly runner: Pick<AttemptRunner, 'run'>;
  readonly admission: Admission;
  readonly retries: RetryPolicy;
  readonly breaker: Breaker;
  /** Aborted when agents have to end. The supervisor aborts it when a person quits at a question. */
  readonly halt: AbortController;
  readonly post: (message: AttemptMessage) => void;
  /** Whether nothing more starts. Then nothing is retried. */
  readonly isStopped: () => boolean;
  /** Starts nothing more, for this reason. Finished work still lands. */
  readonly giveUp: (reason: string) => void;
  readonly turnedAway: TurnedAway;
  /** Resolves with the number of a free worker, for an agent that continues its work. */
  readonly nextWorker: () => Promise<number>;
  /** Called for a ticket that is left for another run. */
  readonly onSkipped: (ticket: string) => void;
}

/** The running attempts, each from its start until the consequences of its end are handled. */
export class AttemptSupervisor {
  readonly #context: RunContext;
  readonly #options: SupervisorOptions;
  readonly #collections = new CollectionOrder();
  /** Resolves when the attempt is over and its events are in the journal. */
  readonly #attempts = new Map<string, Promise<void>>();
  #running = 0;
  #started = 0;
  /** The last attempt of each ticket: its position in the order of starts. */
  readonly #nth = new Map<string, number>();
  readonly #cuts = new Map<string, AbortController>();
  /** People's requests for running attempts. */
  readonly #requested = new Map<string, TicketAction>();

  constructor(context: RunContext, options: SupervisorOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** Attempts that are not over. An attempt's worker may already be free. */
  get running(): number {
    return this.#running;
  }

  start(ticket: Ticket, worker: number): void {
    this.#running += 1;
    this.#started += 1;
    this.#nth.set(ticket.id, this.#started);
    const attempt = this.#attempt(ticket, worker).finally(() => {
      if (this.#attempts.get(ticket.id) === attempt) this.#attempts.delete(ticket.id);
    });
    this.#attempts.set(ticket.id, attempt);
  }

  /** Ends the agent of a ticket at a person's request. Returns whether it is running. */
  end(ticket: string, action: TicketAction): boolean {
    const cut = this.#cuts.get(ticket);
    if (cut === undefined) return false;
    this.#requested.set(ticket, action);
    cut.abort();
    return true;
  }

  /** Resolves when the ticket's attempt is fully journaled, because its landing has to come after it. */
  async journaled(ticket: string): Promise<void> {
    await this.#attempts.get(ticket);
  }

  /** Resolves when every running attempt is over. */
  async ended(): Promise<void> {
    this.#collections.afterStarts();
    await Promise.all(this.#attempts.values());
  }

  /** Call after everything that can start now has been started. */
  afterStarts(): void {
    this.#collections.afterStarts();
  }

  collect(collection: Collection): void {
    this.#collections.add(collection);
  }

  /** Handles the end of an attempt. Returns whether there is work to land. */
  async onEnd(ticket: Ticket, result: AttemptResult | undefined): Promise<boolean> {
    const { log, scheduler, notice } = this.#context;
    const { admission, retries, breaker, halt, isStopped, giveUp, turnedAway } = this.#options;
    this.#running -= 1;
    const cut = admission.onAttemptEnded(ticket.id, result?.outcome);
    const requested = this.#requested.get(ticket.id);
    this.#requested.delete(ticket.id);
    if (!result) return false;
    const { outcome, category = 'agent_failed', reason = 'it failed', commit } = result;
    switch (outcome) {
      case 'completed':
        breaker.onCompleted(this.#nth.get(ticket.id) ?? 0);
        turnedAway.gotThrough(ticket.id);
        return true;
      case 'deferred':
        turnedAway.gotThrough(ticket.id);
        breaker.onAttemptFailed(this.#failureOf(ticket, reason), result.seconds);
        await retries.deferred(ticket, {
          category,
          reason,
          commit,
          ref: log.state.toDefer.get(ticket.id)?.ref,
        });
        return false;
      case 'failed':
        breaker.onAttemptFailed(this.#failureOf(ticket, reason), result.seconds);
        if (breaker.tripped === undefined && !isStopped())
          await retries.failed(ticket, { category, reason, commit });
        return false;
      case 'rate-limited':
        if (await this.#deferIfAlone(ticket, 'account', { reason, commit })) return false;
        notice(`${ticket.id}: ${reason}; ${admission.onRateLimited(result.retryAfter)}`);
        break;
      case 'machine-failed': {
        if (await this.#deferIfAlone(ticket, 'machine', { reason, commit })) return false;
        const pause = admission.onMachineFailed();
        if (pause === undefined)
          giveUp(machineFailed(`${ticket.id}: ${reason}`, this.#context.settings.resumeLine));
        else notice(`${ticket.id}: ${reason}; ${pause}`);
        break;
      }
      case 'account-refused':
        giveUp(this.#accountRefused(reason));
        break;
      case 'interrupted':
        if (cut?.of === 'ticket') {
          await retries.deferred(ticket, { category: 'budget', reason: cut.reason, commit });
          return false;
        }
        if (requested === 'skip' && !halt.signal.aborted) {
          if (commit !== undefined) await keepWork(this.#context, ticket.id, commit, 'interrupted');
          this.#options.onSkipped(ticket.id);
          return false;
        }
        if (result.reason !== undefined && !cut && !halt.signal.aborted) {
          // The machine that it ran on is gone, which does not count as a failure.
          if (await this.#deferIfAlone(ticket, 'account', { reason, commit })) return false;
          notice(`${ticket.id}: ${reason}; trying again`);
          break;
        }
        if (cut) notice(`${ticket.id} is cut off: ${cut.reason}`);
        // If nobody stopped the run, a person quit at a question.
        else halt.abort();
    }
    if (commit !== undefined) await keepWork(this.#context, ticket.id, commit, 'interrupted');
    scheduler.released(ticket.id);
    return false;
  }

  /** Defers a ticket that is turned away again and again while others are not. Returns whether it was deferred. */
  async #deferIfAlone(
    ticket: Ticket,
    by: 'account' | 'machine',
    { reason, commit }: { readonly reason: string; readonly commit: string | undefined },
  ): Promise<boolean> {
    const { retries, turnedAway, isStopped } = this.#options;
    turnedAway.add(ticket.id, by);
    const times = turnedAway.timesAlone(ticket.id);
    if (times === undefined || isStopped()) return false;
    const alone = `turned away ${times} times while other tickets were not: ${reason}`;
    await retries.deferred(ticket, { category: 'external_blocker', reason: alone, commit });
    return true;
  }

  #accountRefused(reason: string): string {
    const { signIn, resumeLine } = this.#context.settings;
    const fix = signIn === undefined ? 'fix that' : `fix that (sign in: ${signIn})`;
    return `the agent's account was refused: ${reason}; ${thenResume(fix, resumeLine)}`;
  }

  /** The failure of the attempt that has just ended. */
  #failureOf({ id }: Ticket, reason: string): Failure {
    const { log, workers } = this.#context;
    const output = workers.logOf({ run: log.run, ticket: id, attempt: log.state.attempts.get(id) ?? 1 });
    return { ticket: id, reason, log: output, nth: this.#nth.get(id) ?? 0 };
  }

  /** Never rejects. */
  async #attempt(ticket: Ticket, first: number): Promise<void> {
    const { settings, killSignal } = this.#context;
    const { runner, admission, halt, post, nextWorker } = this.#options;
    const onStarted = this.#collections.starting();
    const over = Promise.withResolvers<void>();
    const cut = new AbortController();
    this.#cuts.set(ticket.id, cut);
    admission.onAttemptStarted(ticket.id, () => cut.abort());
    /** Undefined while it is free or works for another ticket. */
    let worker: number | undefined = first;
    const free = (collection?: Collection) => {
      if (worker !== undefined) post({ kind: 'worker-free', worker, collection });
      worker = undefined;
    };
    // The worker takes its next ticket before the work of this one is collected and queued. Exceptions: a person has
    // to see the work first, or the agent may have asked for a pause.
    const beforeCollecting = async (exitCode: number | null) => {
      if (worker === undefined || exitCode !== 0 || settings.ask) return;
      await new Promise<void>((begin) => free({ begin, over: over.promise }));
    };
    const signal = AbortSignal.any([halt.signal, cut.signal]);
    const review = reviewOf(this.#context, ticket, signal);
    // While a person looks at the work, the worker takes other tickets. Work that is sent back waits for a worker
    // like any other.
    const onReview = async (work: FinishedWork): Promise<Review> => {
      over.resolve();
      if (!settings.ask) free();
      const reviewed: Review = (await review?.(work)) ?? { verdict: 'accepted' };
      if (reviewed.verdict === 'sent-back') worker ??= await nextWorker();
      return reviewed;
    };
    const agentRun: AgentRun = {
      signal,
      killSignal,
      onStarted,
      onReport: (report) => admission.onAgentReport(ticket.id, report),
      beforeCollecting,
      ...(review && { onReview }),
    };
    let result: AttemptResult | undefined;
    let error: unknown;
    try {
      const isStopped = () => this.#requested.get(ticket.id) === 'stop' && !halt.signal.aborted;
      result = await runner.run(ticket, first, agentRun, isStopped);
    } catch (cause) {
      error = cause;
    }
    this.#cuts.delete(ticket.id);
    onStarted();
    over.resolve();
    // The loop must see the end before the worker becomes free, because the agent may have been rate-limited.
    post({ kind: 'attempt-over', ticket, result, error, worker });
  }
}
