import type { TicketChange } from '../edit.ts';
import type { Ticket } from '../ticket.ts';

export interface FormatOptions {
  /** Selects one of the lists in a file that has several. */
  readonly tag?: string;
  /** What becomes one ticket: one of the format's `units`. */
  readonly unit?: string;
  /**
   * The one folder whose ids are not prefixed with its name; empty for none. Defaults to the folder with open work.
   */
  readonly short?: string;
}

/** A backlog that another tool keeps in text files of the repository, as pure functions over their texts. */
export interface BacklogFormat {
  readonly name: 'task-master' | 'beads' | 'spec-kit' | 'openspec' | 'backlog-md';
  /** Files to read, relative to the repository; `*` stands for one name. */
  readonly files: readonly string[];
  /** The files that identify the format: one of them is enough. */
  readonly foundBy: readonly string[];
  /** The values of --unit, the default first. */
  readonly units: readonly string[];
  /** @throws {TicketIndexError} naming file, line and what to do. */
  read(texts: ReadonlyMap<string, string>, options: FormatOptions): ForeignBacklog;
  /**
   * The text of one file with these states. All other bytes stay the same; without any of the tickets in it, so does
   * the whole text. `texts` are all files of the backlog.
   * @throws {TicketIndexError}
   */
  edit(
    path: string,
    text: string,
    changes: readonly TicketChange[],
    options: FormatOptions,
    texts: ReadonlyMap<string, string>,
  ): string;
}

export interface ForeignBacklog {
  readonly tickets: readonly Ticket[];
  /** Harmless oddities, one line each. */
  readonly warnings: readonly string[];
  /** Dependencies that follow only from the order in the file, without being stated: [ticket, dependency]. */
  readonly implied: readonly (readonly [string, string])[];
  /** The file of each ticket. */
  readonly fileOf: ReadonlyMap<string, string>;
  /** Options for reading it again and for editing it. They keep the ids stable, whatever happens in the meantime. */
  readonly options: FormatOptions;
}
