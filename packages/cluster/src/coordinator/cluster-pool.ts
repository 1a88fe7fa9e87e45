import { join } from 'node:path';
import { identity, type Repository, SAGE_PATHS } from '@sage/git';
import type { AttemptNeeds, SentAttempt, WorkerPool } from '@sage/stream';
import type { AgentRun, AttemptResult, CheckRequest, CutOffAttempt, WorkRequest } from '@sage/workers';
import type { Broker } from '../broker/broker.ts';
import { forgetOrders } from '../broker/orders.ts';
import { jobId, queueName, resultRef } from '../protocol/names.ts';
import { answerSchema, type Payload } from '../protocol/payload.ts';
import { within } from '../within.ts';
import { NO_RESULT, resultOf } from './attempt-result.ts';
import { AttemptTalk } from './attempt-talk.ts';
import { CodeExchange, type Remote } from './code-exchange.ts';
import { composeCommon, composePayload, type Equipment, needsOf } from './compose-payload.ts';
import { awaitJob, disown, type DispatchEnd } from './dispatch.ts';
import type { Fleet } from './fleet.ts';
import { JobWatch } from './job-watch.ts';
import { OutputFiles } from './output-files.ts';
import { checkElsewhere } from './remote-checks.ts';
import { tidyElsewhere } from './tidy-elsewhere.ts';
import { Turns } from './turns.ts';

/** An attempt that no worker has begun with is not begun later than this. */
const DEADLINE_MS = 24 * 3_600_000;

/** What the broker is asked in passing takes no longer, in milliseconds: it may be out of reach. */
const SHORT_MS = 2_000;

/** A few processes of git for each: many attempts may end in the same moment. */
const RESULTS_AT_ONCE = 32;

export interface ClusterPoolOptions {
  readonly broker: Broker;
  readonly fleet: Fleet;
  /** The workers of this machine: attempts run here while no worker has joined, and checks of landings do. */
  readonly local: WorkerPool;
  readonly repository: Repository;
  readonly remote: Remote;
  readonly run: string;
  readonly lease: number;
  readonly equipment: Equipment;
  /** Whether this machine can run the agent itself. */
  readonly hasAgent: boolean;
  readonly notice: (text: string) => void;
}

/** An attempt of an earlier process of this run that may still be under way. */
interface UnderWay {
  readonly attempt: number;
  readonly base: string;
  readonly fence: number;
}

/** Workers on other machines, reached by a broker; their code comes and goes by a git remote. */
export class ClusterPool implements WorkerPool {
  readonly #options: ClusterPoolOptions;
  readonly #code: CodeExchange;
  readonly #output: OutputFiles;
  readonly #results = new Turns(RESULTS_AT_ONCE);
  readonly #queues = new Map<string, Promise<JobWatch>>();
  readonly #underWay = new Map<string, UnderWay>();
  /** Attempts on other machines, by the queue that they are in. */
  readonly #sent = new Map<string, number>();
  /** Queues of which it was told that nobody takes from them. */
  readonly #told = new Set<string>();
  readonly #author;

  constructor(options: ClusterPoolOptions) {
    const { repository, remote, run, broker } = options;
    this.#options = options;
    this.#code = new CodeExchange(repository, remote, run);
    this.#output = new OutputFiles(broker, run);
    this.#author = identity(repository);
  }

  logOf: WorkerPool['logOf'] = (attempt) => this.#options.local.logOf(attempt);
  outputTail: WorkerPool['outputTail'] = (log) => this.#options.local.outputTail(log);
  preview: WorkerPool['preview'] = (ticket) => this.#options.local.preview(ticket);
  keep: WorkerPool['keep'] = (ticket, commit, as) => this.#options.local.keep(ticket, commit, as);
  changedSettings: WorkerPool['changedSettings'] = () => this.#options.local.changedSettings();

  async check(request: CheckRequest): ReturnType<WorkerPool['check']> {
    const { broker, equipment, fleet, local, repository } = this.#options;
    const needs = needsOf({}, equipment);
    if (request.elsewhere !== true || !fleet.fits(needs)) return local.check(request);
    const jobs = await Promise.race([this.#jobsOf(needs), whenAborted(request.signal)]);
    if (jobs === undefined) return { ok: false, output: '' };
    const holder = `check ${request.commit}`;
    const checked = checkElsewhere(request, {
      broker,
      jobs,
      root: repository.root,
      runFolder: join(SAGE_PATHS.runs, request.run),
      payloadFor: async ({ commit, command, timeout }, fence) => ({
        ...composeCommon(request.run, {
          equipment,
          url: this.#code.url,
          author: await this.#author,
        }),
        fence,
        baseRef: await this.#code.sendBase(commit, holder),
        deadline: (await broker.now()) + DEADLINE_MS,
        commit,
        command,
        timeout,
      }),
    });
    return checked.finally(() => this.#code.releaseBase(request.commit, holder));
  }

  async forgetKept(ticket: string): Promise<void> {
    this.#code.landed(ticket);
    await this.#options.local.forgetKept(ticket);
  }

  get slots(): number {
    return this.#options.fleet.slots;
  }

  /** Attempts of this run on other machines go on; what ran here has ended with the coordinator. */
  async recover(run: string, cutOff: readonly CutOffAttempt[]): ReturnType<WorkerPool['recover']> {
    for (const { ticket, base, attempt, fence } of cutOff) {
      if (attempt === undefined || fence === undefined) continue;
      if (run === this.#options.run) this.#underWay.set(ticket, { attempt, base, fence });
    }
    return this.#options.local.recover(run, cutOff);
  }

  underWay(ticket: string): { readonly attempt: number; readonly base: string } | undefined {
    return this.#underWay.get(ticket);
  }

  /** What needs more than most have waits outside of the run's workers, and does not keep them from others. */
  hasRoomFor(ticket: string, asked: AttemptNeeds): boolean {
    const { fleet, equipment } = this.#options;
    const needs = needsOf(asked, equipment);
    const queue = queueName(needs);
    if (this.#underWay.has(ticket) || queue === queueName(needsOf({}, equipment))) return true;
    if (this.#isLocal(asked)) return true;
    if (!fleet.fits(needs)) this.#tellMissing(ticket, needs);
    return (this.#sent.get(queue) ?? 0) < fleet.slotsFor(needs);
  }

  async run(request: WorkRequest, run: AgentRun = {}): Promise<AttemptResult> {
    const { local, equipment } = this.#options;
    const { id } = request.ticket;
    const earlier = this.#underWay.get(id);
    this.#underWay.delete(id);
    const needs = needsOf(request, equipment);
    const isLocal = this.#isLocal(request);
    if (isLocal && !earlier) return local.run(request, run);
    const queue = queueName(needs);
    this.#sent.set(queue, (this.#sent.get(queue) ?? 0) + 1);
    try {
      return await this.#runElsewhere(request, run, { needs, earlier, isLocal });
    } finally {
      this.#sent.set(queue, (this.#sent.get(queue) ?? 1) - 1);
    }
  }

  /** Whether this machine does it itself. */
  #isLocal(asked: AttemptNeeds): boolean {
    const { hasAgent, fleet, equipment } = this.#options;
    return hasAgent && !fleet.fits(needsOf(asked, equipment)) && (asked.labels ?? []).length === 0;
  }

  async #runElsewhere(
    request: WorkRequest,
    run: AgentRun,
    { needs, earlier, isLocal }: Sending,
  ): Promise<AttemptResult> {
    const { local, broker } = this.#options;
    const { id } = request.ticket;
    // The broker may be out of reach for long: a person who stops the run does not wait for it.
    const jobs = await Promise.race([this.#jobsOf(needs), whenAborted(run.signal)]);
    if (jobs === undefined) return { ...NO_RESULT, outcome: 'interrupted' };
    run.onStarted?.();
    let fence: number | undefined;
    if (earlier?.attempt === request.attempt && earlier.base === request.base) fence = earlier.fence;
    else if (earlier)
      await within(
        SHORT_MS,
        disown({ broker, jobs, id: jobId(request.run, id, earlier.attempt) }, earlier.fence),
      ).catch(() => {});
    try {
      for (;;) {
        const goesOn = fence !== undefined;
        if (fence === undefined && isLocal) return await local.run(request, run);
        fence ??= await this.#sendUnlessAborted(request, run, needs, jobs);
        if (fence === undefined) return { ...NO_RESULT, outcome: 'interrupted' };
        const result = await this.#follow({ request, run, jobs, fence, goesOn });
        if (result) return result;
        fence = undefined;
      }
    } finally {
      this.#code.releaseBase(request.base, jobId(request.run, id, request.attempt));
    }
  }

  async finish(sent: readonly SentAttempt[]): Promise<void> {
    const { broker, run, local, notice } = this.#options;
    const cutOff = [...this.#underWay].map(([ticket, underWay]) => ({ ...underWay, ticket }));
    const keep = (ticket: string, commit: string) => local.keep(ticket, commit, 'interrupted');
    for (const line of await tidyElsewhere({ broker, code: this.#code, run, cutOff, sent, keep }))
      notice(line);
  }

  async close(): Promise<void> {
    for (const jobs of this.#queues.values()) jobs.then((opened) => opened.close()).catch(() => {});
    await within(SHORT_MS, this.#output.close());
    await this.#code.close();
    await this.#options.local.close();
  }

  #jobsOf(needs: readonly string[]): Promise<JobWatch> {
    const name = queueName(needs);
    let jobs = this.#queues.get(name);
    if (!jobs) {
      jobs = JobWatch.open(this.#options.broker, name, this.#options.lease);
      this.#queues.set(name, jobs);
      // One that could not be opened is tried again.
      jobs.catch(() => this.#queues.delete(name));
    }
    return jobs;
  }

  /**
   * As {@link #send}; undefined where the run is stopped meanwhile. The broker may be out of reach for long, and a person
   * who stops the run does not wait for it; what has reached the broker all the same is taken back.
   */
  async #sendUnlessAborted(
    request: WorkRequest,
    run: AgentRun,
    needs: readonly string[],
    jobs: JobWatch,
  ): Promise<number | undefined> {
    const sending = this.#send(request, run, needs, jobs);
    const fence = await Promise.race([sending, whenAborted(run.signal)]);
    if (fence !== undefined) return fence;
    const { broker } = this.#options;
    const id = jobId(request.run, request.ticket.id, request.attempt);
    const takeBack = async () => {
      const late = await sending;
      await this.#output.end(id, 0);
      await disown({ broker, jobs, id }, late);
    };
    await within(SHORT_MS, takeBack()).catch(() => {});
    return undefined;
  }

  /** Journals the fence, then puts the attempt into its queue. */
  async #send(
    request: WorkRequest,
    run: AgentRun,
    needs: readonly string[],
    jobs: JobWatch,
  ): Promise<number> {
    const { broker, fleet, equipment } = this.#options;
    const { ticket, attempt, base } = request;
    const job = jobId(request.run, ticket.id, attempt);
    const sent = await this.#code.sendBase(base, job);
    const fence = (await run.issueFence?.()) ?? Math.floor(Date.now() / 1000);
    const author = await this.#author;
    const payload: Payload = {
      ...composePayload(request, run, { equipment, url: this.#code.url, author }),
      fence,
      baseRef: sent,
      resultRef: resultRef(ticket.id, attempt, fence),
      deadline: (await broker.now()) + DEADLINE_MS,
    };
    // A worker may take it at once, and its agent print.
    await this.#output.begin(job, fence, this.#logIn(request), false);
    await jobs.add(job, payload);
    if (!fleet.fits(needs)) this.#tellMissing(ticket.id, needs);
    return fence;
  }

  /** Path of the file that it prints to here. */
  #logIn(request: WorkRequest): string {
    return join(this.#options.repository.root, this.logOf({ ...request, ticket: request.ticket.id }));
  }

  #tellMissing(ticket: string, needs: readonly string[]): void {
    const queue = queueName(needs);
    if (this.#told.has(queue)) return;
    this.#told.add(queue);
    this.#options.notice(`${ticket} waits for a worker with ${needs.map(shownNeed).join(', ')}`);
  }

  /** Waits for the end of an attempt that was sent; undefined where the broker has lost it. */
  async #follow({ request, run, jobs, fence, goesOn }: Followed): Promise<AttemptResult | undefined> {
    const { broker, notice } = this.#options;
    const { ticket, attempt } = request;
    const job = jobId(request.run, ticket.id, attempt);
    const log = this.#logIn(request);
    if (goesOn) await this.#output.begin(job, fence, log, true);
    const code = this.#code;
    const talk = new AttemptTalk({ broker, code, request, run, job, fence, notice });
    talk.waiting();
    const started = performance.now();
    const { signal, killSignal } = run;
    const end = await awaitJob({ broker, jobs, id: job, fence, signal, killSignal, onSaid: talk.onSaid });
    if (end.kind === 'unknown') {
      if (signal?.aborted) return { ...NO_RESULT, outcome: 'interrupted', outputFile: log };
      // It was wiped, or the attempt was over long ago: the journal knows better.
      notice(`${ticket.id}: the broker has lost its attempt: sent again`);
      return undefined;
    }
    await this.#output.end(job, outputOf(end));
    // What its worker goes on with has to be there when that comes back.
    if (end.kind !== 'given-up' || !end.wasTaken) await this.#forget(jobs, job);
    const seconds = (performance.now() - started) / 1000;
    const ref = resultRef(ticket.id, attempt, fence);
    const ended = { request, fence, ref, seconds, worker: talk.worker, log };
    return this.#results.take(() => resultOf(end, ended, { ...this.#options, code }));
  }

  async #forget(jobs: JobWatch, job: string): Promise<void> {
    const { redis } = this.#options.broker;
    await within(
      SHORT_MS,
      jobs.remove(job).then(() => forgetOrders(redis, job)),
    ).catch(() => {});
  }
}

interface Sending {
  readonly needs: readonly string[];
  readonly earlier: UnderWay | undefined;
  /** Whether this machine does it where it has to be sent again. */
  readonly isLocal: boolean;
}

interface Followed {
  readonly request: WorkRequest;
  readonly run: AgentRun;
  readonly jobs: JobWatch;
  readonly fence: number;
  /** An earlier process of the run has sent it. */
  readonly goesOn: boolean;
}

/** Bytes that its agent printed, as far as it says. */
function outputOf(end: DispatchEnd): number {
  const parsed = end.kind === 'answered' ? answerSchema.safeParse(end.answer) : undefined;
  return parsed?.data?.output ?? 0;
}

/** `agent:claude` as `agent claude`. */
function shownNeed(need: string): string {
  return need.replace(':', ' ');
}

function whenAborted(signal: AbortSignal | undefined): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve(undefined);
    else signal?.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
