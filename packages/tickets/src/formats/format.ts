import type { TicketChange } from '../edit.ts';
import type { Ticket } from '../ticket.ts';

export interface FormatOptions {
  /** Which of the lists of a file is meant, where it has several. */
  readonly tag?: string;
  /** What one ticket is: one of the format's `units`. */
  readonly unit?: string;
  /** The one folder whose ids go without its name; empty for none. By default the one with something left to do. */
  readonly short?: string;
}

/** A backlog that another tool keeps in text files of the repository: pure functions over their texts. */
export interface BacklogFormat {
  readonly name: 'task-master' | 'beads' | 'spec-kit' | 'openspec' | 'backlog-md';
  /** Files that it reads, relative to the repository; `*` stands for one name. */
  readonly files: readonly string[];
  /** Those of them of which one makes the repository one of this format. */
  readonly foundBy: readonly string[];
  /** The units that --unit knows, the default first. */
  readonly units: readonly string[];
  /** @throws {TicketIndexError} naming file, line and what to do. */
  read(texts: ReadonlyMap<string, string>, options: FormatOptions): ForeignBacklog;
  /**
   * The text of one of the files with these states: an edit to the byte, or the same text where it holds none of the
   * tickets. `texts` are all files of the backlog.
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
  /** One line each: what is merely odd. */
  readonly warnings: readonly string[];
  /** Of the tickets' dependencies those that the order of the file implies and nothing says: [ticket, dependency]. */
  readonly implied: readonly (readonly [string, string])[];
  /** The file of each ticket. */
  readonly fileOf: ReadonlyMap<string, string>;
  /** To read it again with, and to edit it: the ids stay the same whatever is done meanwhile. */
  readonly options: FormatOptions;
}
