import type { QueueEntry } from '@sage/commit-queue';
import type { Scheduler } from '@sage/scheduler';
import type { Attempts } from '../attempts/attempts.ts';
import { type Backlog, ticketOf } from '../backlog.ts';
import type { Clock } from '../clock.ts';
import type { ConflictWatch } from '../conflicts/conflict-watch.ts';
import type { Landing } from './landing.ts';
import type { RunLog } from '../journal/run-log.ts';
import type { Setbacks } from '../attempts/setbacks.ts';
import type { VelocityLog } from '../forecast/velocity-log.ts';

export interface SettlementOptions {
  readonly backlog: Backlog;
  readonly scheduler: Scheduler;
  readonly landing: Landing;
  readonly log: RunLog;
  readonly velocity: VelocityLog;
  readonly attempts: Attempts;
  readonly watch: ConflictWatch;
  readonly setbacks: Setbacks;
  readonly verifyCommand?: string | undefined;
  readonly clock: Clock;
}

/** What the end of a queue entry means for its ticket: completed, tried again, or deferred. */
export class Settlement {
  readonly #options: SettlementOptions;
  /** How long the agent worked on a ticket that is about to land. */
  readonly #seconds = new Map<string, number>();

  constructor(options: SettlementOptions) {
    this.#options = options;
  }

  worked(ticket: string, seconds: number): void {
    this.#seconds.set(ticket, seconds);
  }

  /** `completed`: the tickets that are complete with it. Called in the queue's order. */
  async settled(entry: QueueEntry, completed: readonly string[]): Promise<void> {
    await this.#options.attempts.announced(entry.ticket);
    if (entry.state === 'landed' && entry.landed !== undefined)
      await this.#landed(entry, entry.landed, completed);
    else if (entry.state === 'conflicted') await this.#conflicted(entry);
    else if (entry.state === 'rejected') await this.#rejected(entry);
  }

  async #landed(entry: QueueEntry, commit: string, completed: readonly string[]): Promise<void> {
    const { log, scheduler, landing, velocity, watch, clock } = this.#options;
    const { ticket } = entry;
    const flaky = entry.flaky === true && { flaky: true };
    await log.emit({ event: 'landing.landed', ticket, entry: entry.id, commit, ...flaky });
    // A landing that recovery found may be told already.
    const news = completed.filter((id) => !log.state.completed.has(id));
    for (const id of news) await log.emit({ event: 'ticket.completed', ticket: id, commit });
    if (news.includes(ticket)) scheduler.completed(ticket);
    await landing.forgetKept(ticket);
    const seconds = this.#seconds.get(ticket);
    watch.targetMoved();
    if (seconds !== undefined) await velocity.landed(ticket, seconds, clock.now());
  }

  async #conflicted({ id, ticket, commit, conflict }: QueueEntry): Promise<void> {
    const { log, setbacks, backlog } = this.#options;
    const { files = [], tickets = [] } = conflict ?? {};
    await log.emit({ event: 'landing.conflicted', ticket, entry: id, files, tickets });
    const others = tickets.length > 0 ? ` with ${tickets.join(', ')}` : '';
    const reason = `conflicts${others} in ${files.join(', ')}`;
    await setbacks.conflicted(ticketOf(backlog, ticket), { category: 'merge_conflict', reason, commit });
  }

  async #rejected({ id, ticket, commit, output = '' }: QueueEntry): Promise<void> {
    const { log, setbacks, backlog, verifyCommand = 'verify' } = this.#options;
    const reason = `${verifyCommand} failed on the merged result`;
    await log.emit({ event: 'landing.rejected', ticket, entry: id, reason, output });
    const category = 'persistent_test_failure';
    await setbacks.failed(ticketOf(backlog, ticket), { category, reason, commit });
  }
}
