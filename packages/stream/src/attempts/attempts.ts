import { relative } from 'node:path';
import type { QueueEntry } from '@sage/commit-queue';
import { isAncestor, readRef, type Repository } from '@sage/git';
import type { Ticket } from '@sage/tickets';
import type { AgentRun, AttemptResult, Workers } from '@sage/workers';
import type { Ask } from '../ask.ts';
import type { Backlog } from '../backlog.ts';
import { commitMessage } from '../landing/commit-message.ts';
import type { ConflictWatch } from '../conflicts/conflict-watch.ts';
import { TargetLostError } from '../errors.ts';
import type { Landing } from '../landing/landing.ts';
import { previousAttempt } from './previous-attempt.ts';
import type { RunLog } from '../journal/run-log.ts';
import { workTicket } from './work-ticket.ts';

export interface AttemptsOptions {
  readonly repository: Repository;
  readonly target: string;
  readonly backlog: Backlog;
  readonly workers: Workers;
  readonly landing: Landing;
  readonly log: RunLog;
  readonly watch: ConflictWatch;
  readonly ask?: Ask | undefined;
}

/** Attempts of tickets, each from the tip of the target to its entry in the queue, with the events that tell of it. */
export class Attempts {
  readonly #options: AttemptsOptions;
  /** Tickets whose `queue.enqueued` is not written yet. */
  readonly #announcing = new Map<string, Promise<void>>();

  constructor(options: AttemptsOptions) {
    this.#options = options;
  }

  /**
   * Runs one attempt to its end. What goes wrong with the worker or the queue is a failed attempt.
   * @throws TargetLostError: there is no commit that the ticket could start from.
   */
  async run(ticket: Ticket, worker: number, agentRun: AgentRun): Promise<AttemptResult> {
    const { log } = this.#options;
    const base = await this.#baseFor(ticket);
    const attempt = (log.state.attempts.get(ticket.id) ?? 0) + 1;
    await log.emit({
      event: 'ticket.started',
      ticket: ticket.id,
      title: ticket.title,
      worker,
      attempt,
      base,
    });
    const { watch } = this.#options;
    watch.started(ticket.id, base);
    const onQuiet = (seconds: number) => {
      // A journal that cannot be written stops the run at its next event.
      log.emit({ event: 'ticket.quiet', ticket: ticket.id, seconds }).catch(() => {});
    };
    const worked = await this.#work(ticket, worker, attempt, base, { ...agentRun, onQuiet })
      .catch(failure)
      .finally(() => watch.ended(ticket.id));
    const { result, entry } = await this.#enqueue(ticket, base, await this.#confirm(ticket, worked));
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#announcing.set(ticket.id, promise);
    await this.#announce(ticket, worker, attempt, result, entry).finally(resolve);
    return result;
  }

  /** Resolves when all that has been queued of a ticket is told, so that its landing is told after it. */
  async announced(ticket: string): Promise<void> {
    await this.#announcing.get(ticket);
  }

  /** The target's tip, which has to contain what the ticket builds on. */
  async #baseFor(ticket: Ticket): Promise<string> {
    const { repository, target, backlog, log } = this.#options;
    const tip = await readRef(repository, target);
    if (tip === undefined)
      throw new TargetLostError(target, `branch ${target} is gone: restore it and run again`);
    for (const id of backlog.graph.dependenciesOf(ticket.id)) {
      const landed = log.state.completed.get(id);
      if (landed === undefined || (await isAncestor(repository, landed, tip))) continue;
      const what = `the landing of ${id} (${landed}): someone moved it; restore it and run again`;
      throw new TargetLostError(target, `${target} no longer contains ${what}`);
    }
    return tip;
  }

  async #work(ticket: Ticket, worker: number, attempt: number, base: string, agentRun: AgentRun) {
    const { repository, backlog, log, workers } = this.#options;
    const setback = log.state.setbacks.get(ticket.id);
    const session = log.state.sessions.get(ticket.id);
    const { ask } = this.#options;
    const previous = setback && (await previousAttempt(repository.root, setback));
    const dependencies = backlog.graph
      .dependenciesOf(ticket.id)
      .map((id) => ({ id, title: backlog.tickets.get(id)?.title ?? id }));
    return workers.run(
      {
        run: log.run,
        worker,
        attempt,
        ticket: workTicket(ticket),
        base,
        message: commitMessage(ticket),
        dependencies,
        ...(previous && { previous }),
        ...(session && { session }),
      },
      {
        ...agentRun,
        ...(ask && {
          onPermission: async ({ title, paths }) =>
            (await ask({ kind: 'permission', ticket, title, paths })) === 'yes',
        }),
      },
    );
  }

  async #confirm(ticket: Ticket, result: AttemptResult): Promise<AttemptResult> {
    const { ask, target } = this.#options;
    if (!ask || result.outcome !== 'completed') return result;
    const { summary, changedFiles } = result;
    let answer = await ask({ kind: 'completion', ticket, summary, changedFiles });
    if (answer === 'yes')
      answer = await ask({ kind: 'commit', ticket, message: commitMessage(ticket), target });
    if (answer === 'yes') return result;
    if (answer === 'quit') return { ...result, outcome: 'interrupted' };
    return {
      ...result,
      outcome: 'deferred',
      category: 'user_rejected',
      reason: 'you did not accept the result',
    };
  }

  /** Queued and pinned before it is told: a crash between the two leaves finished work that is adopted later. */
  async #enqueue(
    ticket: Ticket,
    base: string,
    result: AttemptResult,
  ): Promise<{ result: AttemptResult; entry?: QueueEntry }> {
    const { target, workers, landing } = this.#options;
    const { outcome, commit } = result;
    if (outcome !== 'completed' || commit === undefined) return { result };
    const source = workers.workRepository;
    const work = { ticket: ticket.id, target, message: commitMessage(ticket), commit, base };
    try {
      return {
        result,
        entry: await landing.queue.enqueue({ ...work, ...(source !== undefined && { source }) }),
      };
    } catch (error) {
      return { result: { ...result, ...failed(error) } };
    }
  }

  async #announce(
    ticket: Ticket,
    worker: number,
    attempt: number,
    result: AttemptResult,
    entry: QueueEntry | undefined,
  ) {
    const { repository, log, workers } = this.#options;
    const { outcome, seconds, category, reason, summary, session, ignoredFiles, drift, outputFile } = result;
    const { tokens, inputTokens, outputTokens, cachedTokens, costUsd } = result;
    await log.emit({
      event: 'ticket.finished',
      ticket: ticket.id,
      worker,
      attempt,
      outcome,
      seconds: Math.round(seconds * 1000) / 1000,
      ...(category !== undefined && { category }),
      ...(reason !== undefined && { reason }),
      ...(summary !== undefined && { summary }),
      ...(tokens !== undefined && { tokens }),
      ...(inputTokens !== undefined && { inputTokens }),
      ...(outputTokens !== undefined && { outputTokens }),
      ...(cachedTokens !== undefined && { cachedTokens }),
      ...(costUsd !== undefined && { costUsd }),
      ...(session !== undefined && { session }),
      ...(drift.length > 0 && { drift }),
      ...(ignoredFiles.length > 0 && { ignoredFiles }),
      ...(outputFile !== '' && { log: relative(repository.root, outputFile) }),
    });
    const files = await workers.changedSettings();
    if (files.length > 0) await log.emit({ event: 'settings.changed', ticket: ticket.id, files });
    if (!entry) return;
    await log.emit({ event: 'queue.enqueued', ticket: ticket.id, entry: entry.id, commit: entry.commit });
  }
}

function failed(error: unknown) {
  const reason = error instanceof Error ? error.message : String(error);
  return { outcome: 'failed', category: 'agent_failed', reason } as const;
}

function failure(error: unknown): AttemptResult {
  return {
    ...failed(error),
    changedFiles: [],
    ignoredFiles: [],
    drift: [],
    exitCode: null,
    seconds: 0,
    outputFile: '',
  };
}
