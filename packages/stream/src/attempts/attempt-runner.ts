import { posix } from 'node:path';
import type { QueueEntry } from '@sage/commit-queue';
import { attemptNeeds } from '../backlog/agent-choice.ts';
import { type Ticket, ticketChecks, ticketDocument } from '@sage/tickets';
import {
  type AgentRun,
  type AttemptResult,
  type PreviousAttempt,
  tellingLines,
  WorkerError,
  type WorkRequest,
  type WorkTicket,
} from '@sage/workers';
import { commitMessage } from '../backlog/commit-message.ts';
import type { ConflictWatch } from '../conflicts/conflict-watch.ts';
import type { ConfigurationFiles, RunContext } from '../context/run-context.ts';
import { TargetLostError } from '../errors.ts';
import { changesWhatRuns } from './changes-what-runs.ts';
import { reportProgress } from './progress.ts';

/** Lines of an agent's output that the next attempt sees. */
const OUTPUT_LINES = 30;

/** Where the work of an attempt is safe: in the queue, or as a ref where its agent has deferred the ticket. */
interface Secured {
  readonly entry?: QueueEntry;
  readonly ref?: string;
}

/** Runs attempts, each from the tip of the target to its entry in the queue, and journals them. */
export class AttemptRunner {
  readonly #context: RunContext;
  readonly #watch: Pick<ConflictWatch, 'started' | 'ended'>;

  constructor(context: RunContext, watch: Pick<ConflictWatch, 'started' | 'ended'>) {
    this.#context = context;
    this.#watch = watch;
  }

  /**
   * Runs one attempt to its end. Where `isStopped`, an interruption is a failure: a person has stopped the agent. A worker or a queue that fails is a failure of the machine.
   * @throws {TargetLostError}: there is no commit that the ticket could start from.
   */
  async run(
    ticket: Ticket,
    worker: number,
    agentRun: AgentRun,
    isStopped: () => boolean = () => false,
  ): Promise<AttemptResult> {
    const { log, workers } = this.#context;
    const base = await this.#baseFor(ticket);
    const request = await this.#requestFor(ticket, worker, base);
    const { attempt, selection } = request;
    await log.emit({
      event: 'attempt.started',
      ticket: ticket.id,
      title: ticket.title,
      type: ticket.type,
      component: ticket.component,
      estimatedMinutes: ticket.estimatedMinutes,
      worker,
      attempt,
      base,
      agent: selection?.agent,
      model: selection?.model,
      log: workers.logOf({ run: log.run, ticket: ticket.id, attempt }),
    });
    this.#watch.started(ticket.id, base);
    const worked = await this.#work(ticket, request, agentRun).finally(() => this.#watch.ended(ticket.id));
    const stopped = worked.outcome === 'interrupted' && isStopped();
    const { result, ...left } = await this.#secure(
      ticket,
      base,
      stopped ? { ...worked, ...STOPPED } : worked,
    );
    await this.#journal(request, result, left);
    return result;
  }

  /**
   * The target's tip, which has to contain what the ticket depends on. An attempt that is still running elsewhere keeps its base.
   */
  async #baseFor(ticket: Ticket): Promise<string> {
    const { target, backlog, log, workers } = this.#context;
    const tip = await target.tip();
    if (tip === undefined)
      throw new TargetLostError(target.ref, `branch ${target.ref} is gone: restore it and run again`);
    const started = workers.underWay?.(ticket.id)?.base;
    let isRecent = started !== undefined && (await target.contains(tip, started));
    for (const id of backlog.graph.dependenciesOf(ticket.id)) {
      const landed = log.state.completed.get(id);
      if (landed === undefined) continue;
      if (!(await target.contains(tip, landed))) {
        const what = `the landing of ${id} (${landed}): someone moved it; restore it and run again`;
        throw new TargetLostError(target.ref, `${target.ref} no longer contains ${what}`);
      }
      isRecent &&= await target.contains(started as string, landed);
    }
    return isRecent ? (started as string) : tip;
  }

  async #requestFor(ticket: Ticket, worker: number, base: string): Promise<WorkRequest> {
    const { backlog, log, settings } = this.#context;
    const dependencies = backlog.graph
      .dependenciesOf(ticket.id)
      .map((id) => ({ id, title: backlog.tickets.get(id)?.title ?? id }));
    const attempt = (log.state.attempts.get(ticket.id) ?? 0) + 1;
    const needs = attemptNeeds(ticket, attempt, settings.agents ?? {});
    const session = log.state.sessions.get(ticket.id);
    return {
      run: log.run,
      worker,
      attempt,
      ...needs,
      ticket: workTicket(ticket),
      base,
      message: commitMessage(ticket),
      dependencies,
      previous: await this.#previous(ticket.id),
      // No agent can resume another one's.
      session: session?.agent === needs.selection?.agent ? session : undefined,
      ...protectedFrom(ticket, settings.configuration),
    };
  }

  /** Why the last attempt did not land, as the next one's prompt has it. */
  async #previous(ticket: string): Promise<PreviousAttempt | undefined> {
    const { log, workers, settings } = this.#context;
    const setback = log.state.setbacks.get(ticket);
    const { comment } = settings;
    if (!setback && comment !== undefined) return { kind: 'comment', text: comment, here: false };
    if (setback?.kind !== 'failure' || setback.log === undefined) return setback;
    const lines = await workers.outputTail(setback.log).catch(() => []);
    return { kind: 'failure', reason: setback.reason, output: lines.slice(-OUTPUT_LINES).join('\n') };
  }

  /** How an attempt that did not succeed ended, as its output has it. */
  async #telling(
    { outcome, reason }: AttemptResult,
    log: string | undefined,
  ): Promise<readonly string[] | undefined> {
    if (log === undefined || (outcome !== 'failed' && outcome !== 'deferred')) return undefined;
    const lines = tellingLines(await this.#context.workers.outputTail(log).catch(() => []), reason);
    return lines.length > 0 ? lines : undefined;
  }

  async #work(ticket: Ticket, request: WorkRequest, agentRun: AgentRun): Promise<AttemptResult> {
    const { log, workers, settings } = this.#context;
    const { ask } = settings;
    const progress = reportProgress(this.#context, request);
    const run: AgentRun = {
      ...agentRun,
      onReport(report) {
        progress.report(report);
        agentRun.onReport?.(report);
      },
      onQuiet(seconds) {
        // A journal that cannot be written stops the run at its next event.
        log.emit({ event: 'ticket.quiet', ticket: ticket.id, seconds }).catch(() => {});
      },
      issueFence: () => this.#issueFence(request),
      onPermission:
        ask &&
        (async ({ title, paths }) => (await ask({ kind: 'permission', ticket, title, paths })) === 'yes'),
    };
    try {
      return await workers.run(request, run);
    } catch (error) {
      return {
        ...machineFailed(error),
        changedFiles: [],
        ignoredFiles: [],
        drift: [],
        exitCode: null,
        seconds: 0,
        outputFile: '',
      };
    } finally {
      progress.end();
    }
  }

  /** Seconds since 1970 where that is more than the last one: fences of earlier runs are smaller. */
  async #issueFence({ ticket: { id }, attempt }: WorkRequest): Promise<number> {
    const { log, clock } = this.#context;
    const now = Math.floor(clock.now().getTime() / 1000);
    const fence = Math.max(now, (log.state.sent.get(id)?.at(-1)?.fence ?? 0) + 1);
    await log.emit({ event: 'attempt.dispatched', ticket: id, attempt, fence });
    return fence;
  }

  /**
   * Queues or keeps the work before the end of the attempt is journaled: after a crash between the two the next process
   * adopts the entry.
   */
  async #secure(
    ticket: Ticket,
    base: string,
    result: AttemptResult,
  ): Promise<{ result: AttemptResult } & Secured> {
    const { target, queue, workers } = this.#context;
    const { outcome, commit, summary } = result;
    if (commit === undefined) return { result };
    const message = commitMessage(ticket, summary);
    const work = { ticket: ticket.id, target: target.ref, message, commit, base };
    try {
      if (outcome === 'completed') return { result, entry: await queue.enqueue(work) };
      if (outcome === 'deferred') return { result, ref: await workers.keep(ticket.id, commit, 'deferred') };
      return { result };
    } catch (error) {
      return { result: { ...result, ...machineFailed(error) } };
    }
  }

  async #journal(request: WorkRequest, result: AttemptResult, { entry, ref }: Secured): Promise<void> {
    const { log, workers, settings } = this.#context;
    const { worker, attempt } = request;
    const configuration = result.changedFiles.filter((path) => configures(path, settings.configuration));
    const whatRuns = changesWhatRuns(result.changedFiles);
    const ticket = request.ticket.id;
    const { outcome, category, reason, summary, session, ignoredFiles, notes, drift } = result;
    const { tokens, inputTokens, outputTokens, cachedTokens, costUsd } = result;
    const output = result.outputFile === '' ? undefined : workers.logOf({ run: log.run, ticket, attempt });
    await log.emit({
      event: 'attempt.finished',
      ticket,
      worker,
      attempt,
      outcome,
      seconds: Math.round(result.seconds * 1000) / 1000,
      category,
      reason,
      summary,
      tokens,
      inputTokens,
      outputTokens,
      cachedTokens,
      costUsd,
      session,
      drift: drift.length > 0 ? drift : undefined,
      configuration: configuration.length > 0 ? configuration : undefined,
      whatRuns: whatRuns.length > 0 ? whatRuns : undefined,
      denied: result.denied,
      ignoredFiles: ignoredFiles.length > 0 ? ignoredFiles : undefined,
      notes,
      telling: await this.#telling(result, output),
      ref,
      log: output,
    });
    const files = await workers.changedSettings();
    if (files.length > 0) await log.emit({ event: 'git.settings_changed', ticket, files });
    if (entry) await log.emit({ event: 'queue.enqueued', ticket, entry: entry.id, commit: entry.commit });
  }
}

function configures(path: string, { names, paths }: ConfigurationFiles = NO_FILES): boolean {
  return names.includes(posix.basename(path)) || paths.includes(path);
}

/** What configures later runs changes only with a ticket that says so. */
function protectedFrom(
  { files }: Ticket,
  { names, paths, member }: ConfigurationFiles = NO_FILES,
): Pick<WorkRequest, 'protectedPaths' | 'protectedNames' | 'protectedMember'> {
  const declared = new Set(files.map((file) => posix.basename(file)));
  return {
    protectedPaths: paths.filter((path) => !files.includes(path)),
    protectedNames: names.filter((name) => !declared.has(name)),
    ...(member && !declared.has(member.name) && { protectedMember: member }),
  };
}

const STOPPED = { outcome: 'failed', category: 'user_rejected', reason: 'you stopped the agent' } as const;
const NO_FILES: ConfigurationFiles = { names: [], paths: [] };

function workTicket(ticket: Ticket): WorkTicket {
  const { id, title, type, component, description, acceptanceCriteria, docs, files } = ticket;
  const checks = ticketChecks(ticket);
  const document = ticketDocument(ticket);
  return { id, title, type, component, description, acceptanceCriteria, docs, files, checks, raw: document };
}

function machineFailed(error: unknown) {
  const first = error instanceof WorkerError && error.cause instanceof Error ? error.cause : error;
  const reason = first instanceof Error ? first.message : String(first);
  return { outcome: 'machine-failed', reason } as const;
}
