import { join } from 'node:path';
import type { Identity, Repository } from '@sage/git';
import type { WorkerPool } from '@sage/stream';
import type { AgentRun, AttemptResult, WorkRequest } from '@sage/workers';
import type { Broker } from '../broker/broker.ts';
import { forgetOrders } from '../broker/orders.ts';
import { jobId, resultRef } from '../protocol/names.ts';
import { answerSchema, type Payload } from '../protocol/payload.ts';
import { whenAborted } from '../when-aborted.ts';
import { within } from '../within.ts';
import { NO_RESULT, resultOf } from './attempt-result.ts';
import { AttemptTalk } from './attempt-talk.ts';
import type { CodeExchange } from './code-exchange.ts';
import { composePayload, type Equipment } from './compose-payload.ts';
import { awaitJob, disown, type DispatchEnd } from './dispatch.ts';
import type { Fleet } from './fleet.ts';
import type { JobWatch } from './job-watch.ts';
import type { OutputFiles } from './output-files.ts';
import type { Turns } from './turns.ts';

/** An attempt or a check that no worker has begun by then is no longer started. */
export const DEADLINE_MS = 24 * 3_600_000;

/** How long to wait for the broker if its answer is not essential. It may be out of reach. */
export const SHORT_MS = 2_000;

/** What all attempts sent by a coordinator share. */
export interface Dispatcher {
  readonly broker: Broker;
  readonly fleet: Fleet;
  readonly local: Pick<WorkerPool, 'run' | 'logOf'>;
  readonly repository: Repository;
  readonly equipment: Equipment;
  readonly code: CodeExchange;
  readonly output: OutputFiles;
  readonly author: Promise<Identity>;
  /** Limits how many results are read at the same time, because each takes a few git processes. */
  readonly results: Turns;
  readonly notice: (text: string) => void;
  /** Called if no worker has what this ticket needs. */
  readonly onMissing: (ticket: string, needs: readonly string[]) => void;
}

/** An attempt sent by an earlier process of this run that may still be running. */
export interface UnderWay {
  readonly attempt: number;
  readonly base: string;
  readonly fence: number;
}

export interface DispatchedAttemptOptions {
  readonly request: WorkRequest;
  readonly run: AgentRun;
  readonly needs: readonly string[];
  readonly jobs: JobWatch;
}

/** One attempt on another machine. It is sent, followed, and sent again if the broker has lost it. */
export class DispatchedAttempt {
  readonly #dispatcher: Dispatcher;
  readonly #options: DispatchedAttemptOptions;
  readonly #job: string;
  /** Path of the local file for its output. */
  readonly #log: string;

  constructor(dispatcher: Dispatcher, options: DispatchedAttemptOptions) {
    const { request } = options;
    this.#dispatcher = dispatcher;
    this.#options = options;
    this.#job = jobId(request.run, request.ticket.id, request.attempt);
    const log = dispatcher.local.logOf({ ...request, ticket: request.ticket.id });
    this.#log = join(dispatcher.repository.root, log);
  }

  /** `isLocal`: if the attempt has to be started again, this machine runs it. */
  async run(earlier: UnderWay | undefined, isLocal: boolean): Promise<AttemptResult> {
    const { local, code } = this.#dispatcher;
    const { request, run } = this.#options;
    let fence = earlier && (await this.#takeUp(earlier));
    try {
      for (;;) {
        const goesOn = fence !== undefined;
        if (fence === undefined && isLocal) return await local.run(request, run);
        fence ??= await this.#sendUnlessAborted();
        if (fence === undefined) return { ...NO_RESULT, outcome: 'interrupted' };
        const result = await this.#follow(fence, goesOn);
        if (result) return result;
        fence = undefined;
      }
    } finally {
      code.releaseBase(request.base, this.#job);
    }
  }

  /** The fence of the earlier try. If that try is not this attempt, it is disowned and the result is undefined. */
  async #takeUp({ attempt, base, fence }: UnderWay): Promise<number | undefined> {
    const { request, jobs } = this.#options;
    if (attempt === request.attempt && base === request.base) return fence;
    const id = jobId(request.run, request.ticket.id, attempt);
    const disowned = disown({ broker: this.#dispatcher.broker, jobs, id }, fence);
    await within(SHORT_MS, disowned).catch(() => {});
    return undefined;
  }

  /**
   * Like {@link #send}, but undefined if the run is stopped in the meantime. The broker may be out of reach for long,
   * and a person who stops the run must not wait for it. If the attempt still reaches the broker, it is taken back.
   */
  async #sendUnlessAborted(): Promise<number | undefined> {
    const { broker, output } = this.#dispatcher;
    const { run, jobs } = this.#options;
    const sending = this.#send();
    const fence = await Promise.race([sending, whenAborted(run.signal)]);
    if (fence !== undefined) return fence;
    const takeBack = async () => {
      const late = await sending;
      await output.end(this.#job, 0);
      await disown({ broker, jobs, id: this.#job }, late);
    };
    await within(SHORT_MS, takeBack()).catch(() => {});
    return undefined;
  }

  /** Journals the fence, then puts the attempt into its queue. */
  async #send(): Promise<number> {
    const { broker, fleet, equipment, code, output, author, onMissing } = this.#dispatcher;
    const { request, run, needs, jobs } = this.#options;
    const { ticket, attempt, base } = request;
    const sent = await code.sendBase(base, this.#job);
    const fence = (await run.issueFence?.()) ?? Math.floor(Date.now() / 1000);
    const payload: Payload = {
      ...composePayload(request, run, { equipment, url: code.url, author: await author }),
      fence,
      baseRef: sent,
      resultRef: resultRef(ticket.id, attempt, fence),
      deadline: (await broker.now()) + DEADLINE_MS,
    };
    // First, because a worker may take the attempt at once and its agent may print.
    await output.begin(this.#job, fence, this.#log, false);
    await jobs.add(this.#job, payload);
    if (!fleet.fits(needs)) onMissing(ticket.id, needs);
    return fence;
  }

  /**
   * Waits for the end of an attempt; with `goesOn`, an earlier process has sent it. Undefined if the broker has lost
   * it.
   */
  async #follow(fence: number, goesOn: boolean): Promise<AttemptResult | undefined> {
    const { broker, code, output, results, notice } = this.#dispatcher;
    const { request, run, jobs } = this.#options;
    const { ticket, attempt } = request;
    const [job, log] = [this.#job, this.#log];
    if (goesOn) await output.begin(job, fence, log, true);
    const talk = new AttemptTalk({ broker, code, request, run, job, fence, notice });
    talk.waiting();
    const started = performance.now();
    const { signal, killSignal } = run;
    const end = await awaitJob({ broker, jobs, id: job, fence, signal, killSignal, onSaid: talk.onSaid });
    if (end.kind === 'unknown') {
      if (signal?.aborted) return { ...NO_RESULT, outcome: 'interrupted', outputFile: log };
      // The broker was wiped, or the attempt was over long ago. The journal is right: it has not ended.
      notice(`${ticket.id}: the broker has lost its attempt, so it is sent again`);
      return undefined;
    }
    await output.end(job, outputOf(end));
    // A worker that was out of reach finds its job again when it comes back.
    if (end.kind !== 'given-up' || !end.wasTaken) await this.#forget();
    const seconds = (performance.now() - started) / 1000;
    const ref = resultRef(ticket.id, attempt, fence);
    const ended = { request, fence, ref, seconds, worker: talk.worker, log };
    return results.take(() => resultOf(end, ended, this.#dispatcher));
  }

  async #forget(): Promise<void> {
    const { redis } = this.#dispatcher.broker;
    const removed = this.#options.jobs.remove(this.#job).then(() => forgetOrders(redis, this.#job));
    await within(SHORT_MS, removed).catch(() => {});
  }
}

/** How many bytes its agent printed, if reported. */
function outputOf(end: DispatchEnd): number {
  const parsed = end.kind === 'answered' ? answerSchema.safeParse(end.answer) : undefined;
  return parsed?.data?.output ?? 0;
}
