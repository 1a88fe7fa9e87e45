import { posix } from 'node:path';
import type { QueueEntry } from '@sage/commit-queue';
import type { Ticket } from '@sage/tickets';
import {
  type AgentRun,
  type AttemptResult,
  tellingLines,
  WorkerError,
  type WorkRequest,
} from '@sage/workers';
import { commitMessage } from '../backlog/commit-message.ts';
import type { ConflictWatch } from '../conflicts/conflict-watch.ts';
import type { ConfigurationFiles, RunContext } from '../context/run-context.ts';
import { changesWhatRuns } from './changes-what-runs.ts';
import { baseFor, composeRequest, NO_FILES } from './compose-request.ts';
import { reportProgress } from './progress.ts';

/** Where the work of an attempt is safe: in the queue or, if its agent has deferred the ticket, under a ref. */
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
   * Runs one attempt to its end. If `isStopped` returns true, an interruption counts as a failure, because a person
   * has stopped the agent. A failing worker or queue counts as a failure of the machine.
   * @throws {TargetLostError} if there is no commit that the ticket could start from.
   */
  async run(
    ticket: Ticket,
    worker: number,
    agentRun: AgentRun,
    isStopped: () => boolean = () => false,
  ): Promise<AttemptResult> {
    const { log, workers } = this.#context;
    const base = await baseFor(this.#context, ticket);
    const request = await composeRequest(this.#context, ticket, worker, base);
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

  /** Informative output lines of an attempt that did not succeed. */
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
        // If the journal cannot be written, the run stops at its next event.
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

  /** Seconds since 1970, but at least the last fence plus one. Fences of earlier runs are therefore smaller. */
  async #issueFence({ ticket: { id }, attempt }: WorkRequest): Promise<number> {
    const { log, clock } = this.#context;
    const now = Math.floor(clock.now().getTime() / 1000);
    const fence = Math.max(now, (log.state.sent.get(id)?.at(-1)?.fence ?? 0) + 1);
    await log.emit({ event: 'attempt.dispatched', ticket: id, attempt, fence });
    return fence;
  }

  /**
   * Queues or keeps the work before the end of the attempt is journaled. After a crash between the two, the next
   * process adopts the entry.
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

const STOPPED = { outcome: 'failed', category: 'user_rejected', reason: 'you stopped the agent' } as const;

function machineFailed(error: unknown) {
  const first = error instanceof WorkerError && error.cause instanceof Error ? error.cause : error;
  const reason = first instanceof Error ? first.message : String(first);
  return { outcome: 'machine-failed', reason } as const;
}
