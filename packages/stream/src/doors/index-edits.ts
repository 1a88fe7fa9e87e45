import { isContainer } from '@sage/tickets';
import type { Selection } from '../backlog.ts';
import { type BacklogEdit, editBacklog } from './backlog-edit.ts';
import type { Door } from './doors.ts';
import type { IndexSource } from './index-source.ts';
import type { Landing } from '../landing/landing.ts';
import type { LiveBacklog } from './live-backlog.ts';
import { lastLanding } from '../start/recovery.ts';
import type { RunLog } from '../journal/run-log.ts';
import type { Scheduling } from '../scheduling.ts';

export interface IndexEditsOptions {
  readonly source: IndexSource;
  readonly backlog: LiveBacklog;
  readonly scheduling: Scheduling;
  readonly landing: Landing;
  readonly log: RunLog;
  readonly selection: Selection;
  readonly onNotice: (text: string) => void;
}

/** What people edit in the index while the run works. */
export class IndexEdits implements Door {
  readonly #options: IndexEditsOptions;
  /** The version that was read last. */
  #seen: string | undefined;
  /** Why the last version was refused. */
  #refused = '';
  /** Edited while they ran. */
  #postponed: readonly string[] = [];

  constructor(options: IndexEditsOptions) {
    this.#options = options;
  }

  async hasNews(): Promise<boolean> {
    const { source, scheduling } = this.#options;
    if (this.#postponed.some((id) => !scheduling.scheduler.isRunning(id))) return true;
    return (await source.version()) !== this.#seen;
  }

  async take(): Promise<void> {
    const { source, backlog, scheduling, onNotice } = this.#options;
    const version = await source.version();
    let edit: BacklogEdit;
    let closed: readonly string[] = [];
    let overtaken: readonly string[];
    try {
      const index = await source.read();
      const { isRunning } = scheduling.scheduler;
      const { state } = this.#options.log;
      // From here to the end of the block nothing else happens: what runs now runs until the edit is taken.
      const { selection } = backlog;
      edit = editBacklog(backlog, index, { ...this.#options.selection, selection, isRunning, state });
      if (edit.changed.length > 0) {
        closed = scheduling.revise(edit);
        backlog.become(edit);
      }
      overtaken = source.elsewhere
        ? []
        : index.tickets
            .filter((one) => state.completed.has(one.id) && one.state !== 'COMPLETED' && !isContainer(one))
            .map(({ id }) => id);
    } catch (error) {
      // Written while it was read: it is looked at again.
      if ((await source.version()) === version) this.#refuse(error, version);
      return;
    }
    this.#seen = version;
    this.#refused = '';
    const news = edit.postponed.filter((id) => !this.#postponed.includes(id));
    this.#postponed = edit.postponed;
    for (const id of news) onNotice(`${id} is at work already: its edit counts where it is tried again`);
    await this.#tell(edit, closed);
    await this.#options.landing.completeInFile(overtaken);
  }

  async #tell({ added, withdrawn, changed }: BacklogEdit, closed: readonly string[]): Promise<void> {
    const { log, landing, backlog, onNotice } = this.#options;
    if (withdrawn.length > 0) await log.emit({ event: 'tickets.withdrawn', tickets: withdrawn });
    if (added.length > 0) await log.emit({ event: 'tickets.added', tickets: added });
    const others = changed.filter((id) => backlog.selection.has(id) && !added.includes(id));
    if (others.length > 0) onNotice(`changed in the index: ${named(others)}`);
    for (const id of closed) {
      if (!log.state.tickets.has(id) || log.state.completed.has(id)) continue;
      await log.emit({ event: 'ticket.completed', ticket: id, commit: lastLanding(log.state) });
      await landing.recordCompleted(id);
    }
  }

  #refuse(error: unknown, version: string): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#seen = version;
    // The next sound version is compared with everything.
    this.#postponed = [];
    if (message !== this.#refused)
      this.#options.onNotice(`${message}; until then the run goes on with what it had`);
    this.#refused = message;
  }
}

/** As many as fit on a line. */
function named(ids: readonly string[]): string {
  return ids.length > 3 ? `${ids.length} tickets` : ids.join(', ');
}
