import type { Scheduler } from '@sage/scheduler';
import type { Ticket } from '@sage/tickets';
import type { AgentReport, AttemptResult, Workers } from '@sage/workers';
import type { Admission } from '../limits/admission.ts';
import type { Attempts } from './attempts.ts';
import { type Collection, CollectionOrder } from './collection-order.ts';
import type { Setbacks } from './setbacks.ts';

/** What an attempt tells the loop. */
export type AttemptMessage =
  | { readonly freeWorker: number; readonly collection: Collection }
  | {
      readonly ended: Ticket;
      /** undefined where it could not even start. */
      readonly result: AttemptResult | undefined;
      /** Where it has not told before that it is free. */
      readonly worker: number | undefined;
    };

export interface AtWorkOptions {
  readonly attempts: Attempts;
  readonly admission: Admission;
  readonly setbacks: Setbacks;
  readonly scheduler: Scheduler;
  readonly workers: Workers;
  /** Whether a person is asked before each step. */
  readonly asks: boolean;
  /** Aborted where agents have to end, and here where the person quits at a question. */
  readonly halt: AbortController;
  readonly stopNow: AbortSignal;
  readonly post: (message: AttemptMessage) => void;
  /** Whether the queue cannot go on: then nothing is tried again. */
  readonly stopped: () => boolean;
  /** The work of an attempt is queued. */
  readonly onFinished: (ticket: string, seconds: number) => void;
  /** An attempt could not go on, and neither can the run. */
  readonly onError: (error: unknown) => void;
  readonly onNotice: (text: string) => void;
  /** An account has turned an agent away. */
  readonly onLimit: () => void;
}

/** The attempts under way: each from its start to what follows from how it ended. */
export class AtWork {
  readonly #options: AtWorkOptions;
  readonly #collections = new CollectionOrder();
  #running = 0;

  constructor(options: AtWorkOptions) {
    this.#options = options;
  }

  /** Attempts that are not over; the worker of one may be free already. */
  get running(): number {
    return this.#running;
  }

  start(ticket: Ticket, worker: number): void {
    this.#running += 1;
    void this.#attempt(ticket, worker);
  }

  /** All that could start now has been started. */
  afterStarts(): void {
    this.#collections.afterStarts();
  }

  collect(collection: Collection): void {
    this.#collections.add(collection);
  }

  /** What follows from the end of an attempt. */
  async ended(ticket: Ticket, result: AttemptResult | undefined): Promise<void> {
    const { admission, setbacks, scheduler, workers, halt, stopped, onFinished, onNotice, onLimit } =
      this.#options;
    this.#running -= 1;
    const cut = admission.ended(ticket.id, result?.outcome);
    if (!result) return;
    const { outcome, category = 'agent_failed', reason = 'it failed', commit } = result;
    switch (outcome) {
      case 'completed':
        return onFinished(ticket.id, result.seconds);
      case 'deferred':
        return setbacks.deferred(ticket, { category, reason, commit });
      case 'failed':
        if (!stopped()) await setbacks.failed(ticket, { category, reason, commit });
        return;
      case 'rate-limited':
        onNotice(`${ticket.id}: ${reason}; ${admission.turnedAway(result.retryAfter)}`);
        onLimit();
        break;
      case 'interrupted':
        if (cut?.of === 'ticket')
          return setbacks.deferred(ticket, { category: 'budget', reason: cut.reason, commit });
        if (cut) onNotice(`${ticket.id} is cut off: ${cut.reason}`);
        // Though nobody stopped the run: the person quit at a question.
        else halt.abort();
    }
    if (commit !== undefined) await workers.keep(ticket.id, commit, 'interrupted');
    scheduler.released(ticket.id);
  }

  /** Never rejects. */
  async #attempt(ticket: Ticket, worker: number): Promise<void> {
    const { attempts, admission, asks, halt, stopNow, post, onError } = this.#options;
    const agentStarted = this.#collections.starting();
    let busy = true;
    const over = Promise.withResolvers<void>();
    const free = (begin: () => void) => {
      post({ freeWorker: worker, collection: { begin, over: over.promise } });
      busy = false;
    };
    // The worker takes its next ticket before the work of this one is collected and queued; unless the person is asked
    // about it first, or the agent may have asked for a pause.
    const beforeCollecting = async (exitCode: number | null) => {
      if (busy && exitCode === 0 && !asks) await new Promise<void>((resolve) => free(resolve));
    };
    const cut = new AbortController();
    admission.started(ticket.id, () => cut.abort());
    const agentRun = {
      signal: AbortSignal.any([halt.signal, cut.signal]),
      onReport: (report: AgentReport) => admission.heard(ticket.id, report),
      killSignal: stopNow,
      onStarted: agentStarted,
      beforeCollecting,
    };
    let result: AttemptResult | undefined;
    try {
      result = await attempts.run(ticket, worker, agentRun);
    } catch (error) {
      onError(error);
    }
    agentStarted();
    over.resolve();
    // How it ended counts before the worker is free again: the agent may have been turned away.
    post({ ended: ticket, result, worker: busy ? worker : undefined });
  }
}
