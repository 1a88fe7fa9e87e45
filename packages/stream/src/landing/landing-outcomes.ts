import type { QueueEntry, SettledEntry } from '@sage/commit-queue';
import { SAGE_PATHS } from '@sage/git';
import { isContainer } from '@sage/tickets';
import type { AttemptSupervisor } from '../attempts/attempt-supervisor.ts';
import type { RetryPolicy } from '../attempts/retry-policy.ts';
import { ticketOf } from '../backlog/backlog.ts';
import type { ConflictWatch } from '../conflicts/conflict-watch.ts';
import type { RunContext } from '../context/run-context.ts';
import type { Breaker } from '../limits/breaker.ts';

export interface LandingOutcomesOptions {
  readonly attempts: Pick<AttemptSupervisor, 'journaled'>;
  readonly watch: Pick<ConflictWatch, 'targetMoved'>;
  readonly retries: RetryPolicy;
  readonly breaker: Breaker;
}

/** Applies the outcome of a queue entry to its ticket: completed, tried again, or deferred. */
export class LandingOutcomes {
  readonly #context: RunContext;
  readonly #options: LandingOutcomesOptions;
  /** Tickets with an entry that did not land. Searching the whole queue at each landing would be slow. */
  readonly #refused = new Set<string>();

  constructor(context: RunContext, options: LandingOutcomesOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** Records entries that were already in the queue. */
  remember(entries: readonly QueueEntry[]): void {
    for (const entry of entries) if (isRefused(entry)) this.#refused.add(entry.ticket);
  }

  /** Call it in the queue's order. */
  async settle(entry: SettledEntry): Promise<void> {
    this.remember([entry]);
    await this.#options.attempts.journaled(entry.ticket);
    if (entry.state === 'landed' && entry.landed !== undefined) await this.#landed(entry, entry.landed);
    else if (entry.state === 'conflicted') await this.#conflicted(entry);
    else if (entry.state === 'rejected') await this.#rejected(entry);
  }

  async #landed(entry: SettledEntry, commit: string): Promise<void> {
    const { log, scheduler, states, workers, queue, backlog } = this.#context;
    const { ticket } = entry;
    this.#options.breaker.onLanded();
    const complete = await states.landed(entry);
    const flaky = entry.flaky === true ? true : undefined;
    await log.emit({ event: 'landing.landed', ticket, entry: entry.id, commit, flaky });
    // The journal may already know a landing that recovery found.
    const newlyComplete = complete.filter((id) => !log.state.completed.has(id));
    for (const id of newlyComplete) {
      const known = backlog.tickets.get(id);
      const container = known && isContainer(known) && ({ container: true } as const);
      await log.emit({ event: 'ticket.completed', ticket: id, commit, ...container });
    }
    if (newlyComplete.includes(ticket)) scheduler.completed(ticket);
    // Work kept from earlier attempts is now superseded.
    await workers.forgetKept(ticket);
    if (this.#refused.delete(ticket)) {
      for (const other of await queue.list())
        if (other.ticket === ticket && isRefused(other)) await queue.drop(other.id);
    }
    this.#options.watch.targetMoved();
  }

  async #conflicted({ id, ticket, commit, conflict }: QueueEntry): Promise<void> {
    const { log, backlog } = this.#context;
    const { files = [], tickets = [] } = conflict ?? {};
    await log.emit({ event: 'landing.conflicted', ticket, entry: id, files, tickets });
    const others = tickets.length > 0 ? ` with ${tickets.join(', ')}` : '';
    const reason = `conflicts${others} in ${files.join(', ')}`;
    const last = { category: 'merge_conflict', reason, commit } as const;
    await this.#options.retries.conflicted(ticketOf(backlog, ticket), last);
  }

  async #rejected({ id, ticket, commit, output, log: file, reason: why = '' }: QueueEntry): Promise<void> {
    const { log, backlog, settings } = this.#context;
    // Without output nothing was verified: the work cannot land at all.
    const verified = output !== undefined;
    const reason = verified ? `${settings.verifyCommand ?? 'verify'} failed on the merged result` : why;
    await log.emit({ event: 'landing.rejected', ticket, entry: id, reason, output: output ?? '', log: file });
    const category = verified ? 'persistent_test_failure' : 'cannot_land';
    const last = { category, reason, commit } as const;
    const { breaker, retries } = this.#options;
    if (verified)
      breaker.onRejected({ ticket, reason, log: file ?? `${SAGE_PATHS.runs}/${log.run}/verify/` }, output);
    // If the fault is not its own, the ticket keeps its state.
    if (breaker.tripped === undefined) await retries.failed(ticketOf(backlog, ticket), last);
  }
}

/** Whether a later landing of the same ticket supersedes this entry. */
function isRefused({ state }: QueueEntry): boolean {
  return state === 'conflicted' || state === 'rejected';
}
