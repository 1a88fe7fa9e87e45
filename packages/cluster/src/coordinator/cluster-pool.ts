import { join } from 'node:path';
import { identity, type Repository, SAGE_PATHS } from '@sage/git';
import type { AttemptNeeds, SentAttempt, WorkerPool } from '@sage/stream';
import type { AgentRun, AttemptResult, CheckRequest, CutOffAttempt, WorkRequest } from '@sage/workers';
import type { Broker } from '../broker/broker.ts';
import { queueName } from '../protocol/names.ts';
import { whenAborted } from '../when-aborted.ts';
import { within } from '../within.ts';
import { NO_RESULT } from './attempt-result.ts';
import { CodeExchange, type Remote } from './code-exchange.ts';
import { composeCommon, type Equipment, needsOf } from './compose-payload.ts';
import {
  DEADLINE_MS,
  DispatchedAttempt,
  type Dispatcher,
  SHORT_MS,
  type UnderWay,
} from './dispatched-attempt.ts';
import type { Fleet } from './fleet.ts';
import { JobWatch } from './job-watch.ts';
import { OutputFiles } from './output-files.ts';
import { checkElsewhere } from './remote-checks.ts';
import { tidyElsewhere } from './tidy-elsewhere.ts';
import { Turns } from './turns.ts';

/** Each result takes a few git processes, and many attempts may end at the same moment. */
const RESULTS_AT_ONCE = 32;

export interface ClusterPoolOptions {
  readonly broker: Broker;
  readonly fleet: Fleet;
  /** The workers of this machine. They run checks of landings, and attempts as long as no worker has joined. */
  readonly local: WorkerPool;
  readonly repository: Repository;
  readonly remote: Remote;
  readonly run: string;
  readonly lease: number;
  readonly equipment: Equipment;
  /** Whether this machine itself can run the agent. */
  readonly hasAgent: boolean;
  readonly notice: (text: string) => void;
}

/** Workers on other machines, reached through a broker. Code travels through a git remote. */
export class ClusterPool implements WorkerPool {
  readonly #options: ClusterPoolOptions;
  readonly #code: CodeExchange;
  readonly #output: OutputFiles;
  readonly #dispatcher: Dispatcher;
  readonly #queues = new Map<string, Promise<JobWatch>>();
  readonly #underWay = new Map<string, UnderWay>();
  /** How many attempts are on other machines, by queue. */
  readonly #sent = new Map<string, number>();
  /** Queues without a worker that a notice has mentioned. */
  readonly #told = new Set<string>();
  readonly #author;

  constructor(options: ClusterPoolOptions) {
    const { repository, remote, run, broker } = options;
    this.#options = options;
    this.#code = new CodeExchange(repository, remote, run);
    this.#output = new OutputFiles(broker, run);
    this.#author = identity(repository);
    this.#dispatcher = {
      ...options,
      code: this.#code,
      output: this.#output,
      author: this.#author,
      results: new Turns(RESULTS_AT_ONCE),
      onMissing: (ticket, needs) => this.#tellMissing(ticket, needs),
    };
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

  /** Attempts of this run on other machines continue. Those on this machine ended with the coordinator. */
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

  /**
   * If a ticket has more needs than most and no worker is free for it, it waits without occupying one of the run's
   * workers.
   */
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
      // The broker may be out of reach for long, and a person who stops the run must not wait for it.
      const jobs = await Promise.race([this.#jobsOf(needs), whenAborted(run.signal)]);
      if (jobs === undefined) return { ...NO_RESULT, outcome: 'interrupted' };
      run.onStarted?.();
      const attempt = new DispatchedAttempt(this.#dispatcher, { request, run, needs, jobs });
      return await attempt.run(earlier, isLocal);
    } finally {
      this.#sent.set(queue, (this.#sent.get(queue) ?? 1) - 1);
    }
  }

  /** Whether this machine runs the attempt itself. */
  #isLocal(asked: AttemptNeeds): boolean {
    const { hasAgent, fleet, equipment } = this.#options;
    return hasAgent && !fleet.fits(needsOf(asked, equipment)) && (asked.labels ?? []).length === 0;
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
      // If it could not be opened, the next call tries again.
      jobs.catch(() => this.#queues.delete(name));
    }
    return jobs;
  }

  #tellMissing(ticket: string, needs: readonly string[]): void {
    const queue = queueName(needs);
    if (this.#told.has(queue)) return;
    this.#told.add(queue);
    this.#options.notice(`${ticket} waits for a worker with ${needs.map(shownNeed).join(', ')}`);
  }
}

/** Returns `agent claude` for `agent:claude`. */
function shownNeed(need: string): string {
  return need.replace(':', ' ');
}
