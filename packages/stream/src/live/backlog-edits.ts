import { isContainer } from '@sage/tickets';
import { type Selection, ticketOf } from '../backlog/backlog.ts';
import { type BacklogEdit, editBacklog } from '../backlog/backlog-edit.ts';
import type { RunContext } from '../context/run-context.ts';
import type { Scheduling } from '../scheduling/scheduling.ts';
import { lastLanding } from '../start/recovery.ts';
import type { LiveInput } from './live-inputs.ts';
import { messageOf } from '../errors.ts';

/** How many ids fit on a line. */
const MAX_IDS = 3;
/** How long a file may be missing or half written before the user is told. */
const UNREADABLE_MS = 800;

/** Applies edits that people make in the backlog during the run. */
export class BacklogEdits implements LiveInput {
  readonly #context: Pick<RunContext, 'source' | 'backlog' | 'states' | 'log' | 'notice' | 'clock'>;
  readonly #scheduling: Scheduling;
  readonly #selection: Selection;
  /** The version that was read last. */
  #seen: string | undefined;
  /** Why the last version was rejected. */
  #refused = '';
  /** Tickets that were edited while they ran. */
  #postponed: readonly string[] = [];

  constructor(
    context: Pick<RunContext, 'source' | 'backlog' | 'states' | 'log' | 'notice' | 'clock'>,
    scheduling: Scheduling,
    selection: Selection,
  ) {
    this.#context = context;
    this.#scheduling = scheduling;
    this.#selection = selection;
  }

  /** A version that could not be read at the first try. */
  #doubted: { readonly version: string; readonly since: number } | undefined;

  async hasChanged(): Promise<boolean> {
    const { scheduler } = this.#scheduling;
    if (this.#postponed.some((id) => !scheduler.isRunning(id))) return true;
    return (await this.#context.source.version()) !== this.#seen;
  }

  async take(): Promise<void> {
    const { source, backlog, states, log, notice } = this.#context;
    const version = await source.version();
    let edit: BacklogEdit;
    let closed: readonly string[] = [];
    let overwritten: readonly string[];
    try {
      const content = await source.read();
      const { isRunning } = this.#scheduling.scheduler;
      const { state } = log;
      // No await from here to the end of the block, so that running tickets stay the same until the edit is applied.
      const { selection } = backlog;
      edit = editBacklog(backlog, content, { ...this.#selection, selection, isRunning, state });
      if (edit.changed.length > 0) {
        closed = this.#scheduling.revise(edit);
        backlog.replace(edit);
      }
      overwritten = content.tickets
        .filter((one) => state.completed.has(one.id) && one.state !== 'COMPLETED' && !isContainer(one))
        .map(({ id }) => id);
    } catch (error) {
      // If the file was written during the read, it is read again. An unreadable file is always read twice, because
      // editors, and git when it moves a checkout, remove a file for a moment before they write it.
      if ((await source.version()) !== version) return;
      const now = this.#context.clock.now().getTime();
      if (this.#doubted?.version !== version) this.#doubted = { version, since: now };
      else if (now - this.#doubted.since >= UNREADABLE_MS) this.#refuse(error, version);
      return;
    }
    this.#seen = version;
    this.#doubted = undefined;
    this.#refused = '';
    const newlyPostponed = edit.postponed.filter((id) => !this.#postponed.includes(id));
    this.#postponed = edit.postponed;
    for (const id of newlyPostponed) notice(`${id} is running: its edit counts if it is tried again`);
    await this.#journal(edit, closed);
    if (source.readsCheckout) await states.restoreCompleted(overwritten);
  }

  async #journal({ added, withdrawn, changed }: BacklogEdit, closed: readonly string[]): Promise<void> {
    const { log, states, backlog, notice } = this.#context;
    if (withdrawn.length > 0) await log.emit({ event: 'tickets.withdrawn', tickets: withdrawn });
    if (added.length > 0) {
      const containers = added.filter((id) => isContainer(ticketOf(backlog, id)));
      const more = containers.length > 0 && { containers };
      await log.emit({ event: 'tickets.added', tickets: added, ...more });
    }
    const others = changed.filter((id) => backlog.selection.has(id) && !added.includes(id));
    if (others.length > 0)
      notice(
        `changed in the index: ${others.length > MAX_IDS ? `${others.length} tickets` : others.join(', ')}`,
      );
    for (const id of closed) {
      if (!log.state.tickets.has(id) || log.state.completed.has(id)) continue;
      await log.emit({ event: 'ticket.completed', ticket: id, commit: lastLanding(log.state) });
      await states.recordCompleted(id);
    }
  }

  #refuse(error: unknown, version: string): void {
    const message = messageOf(error);
    this.#seen = version;
    // The next valid version is compared with everything.
    this.#postponed = [];
    if (message !== this.#refused)
      this.#context.notice(`${message}; the run continues with the last version that it could read`);
    this.#refused = message;
  }
}
