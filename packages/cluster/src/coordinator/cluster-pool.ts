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

/** Workers on other machines, reached by a broker; their code comes and goes by a git remote. */
export class ClusterPool implements WorkerPool {
  readonly #options: ClusterPoolOptions;
  readonly #code: CodeExchange;
  readonly #output: OutputFiles;
  readonly #dispatcher: Dispatcher;
  readonly #queues = new Map<string, Promise<JobWatch>>();
  readonly #underWay = new Map<string, UnderWay>();
  /** Attempts on other machines, by the queue that they are in. */
  readonly #sent = new Map<string, number>();
  /** Queues that no worker takes from, and that a notice has named. */
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

  /** Attempts of this run on other machines keep working; those on this machine ended with the coordinator. */
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
      // The broker may be out of reach for long: a person who stops the run does not wait for it.
      const jobs = await Promise.race([this.#jobsOf(needs), whenAborted(run.signal)]);
      if (jobs === undefined) return { ...NO_RESULT, outcome: 'interrupted' };
      run.onStarted?.();
      const attempt = new DispatchedAttempt(this.#dispatcher, { request, run, needs, jobs });
      return await attempt.run(earlier, isLocal);
    } finally {
      this.#sent.set(queue, (this.#sent.get(queue) ?? 1) - 1);
    }
  }

  /** Whether this machine does it itself. */
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
      // One that could not be opened is tried again.
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

/** `agent:claude` as `agent claude`. */
function shownNeed(need: string): string {
  return need.replace(':', ' ');
}
